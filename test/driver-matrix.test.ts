import { readdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { pageFor, readResults } from "./drivers/documents.ts";
import { ENGINES } from "./drivers/engines.ts";
import { verdict } from "./drivers/tables.ts";

const results = await readResults();
const page = await readFile(new URL("../docs/drivers.md", import.meta.url), "utf8");

it("has a result for every driver that runs, and for none else", () => {
  expect(results.map(({ id }) => id).sort()).toEqual(ENGINES.map(({ id }) => id).sort());
});

it("stands in docs/drivers.md as it was measured", async () => {
  const { before, after } = await pageFor(results);
  expect(before).toBe(after);
});

it("says of every driver of unstorage what it does, or why it was not run", async () => {
  const drivers = dirname(fileURLToPath(import.meta.resolve("unstorage/drivers/memory")));
  const names = (await readdir(drivers)).filter((name) => name.endsWith(".mjs")).map((name) => name.slice(0, -".mjs".length));
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

it("gives the reason of each case that can't be", () => {
  for (const { id, gaps } of ENGINES) {
    const { gap } = results.find((result) => result.id === id)!.cases;
    expect([id, gap]).toEqual([id, gaps.flatMap(({ cases }) => cases).length]);
  }
});

describe.each(results)("$id", (result) => {
  const { cases, facts } = result;

  it("keeps every promise of the suite that it can", () => {
    expect(cases.failed).toBe(0);
    expect(cases.passed).toBeGreaterThan(150);
  });

  it("keeps what the store's capabilities claim of it", () => {
    const { atomic, persistent, ttl, consistency } = facts.claims;
    const whole = facts.races !== null && facts.races.version === facts.races.saves && facts.races.found === facts.races.tokens;
    if (atomic) expect(whole).toBe(true);
    if (persistent) expect(facts.persistent).toBe(true);
    if (ttl) expect(facts.ttl).toBe(true);
    if (consistency === "strong" && facts.shared) expect(facts.reads).toMatchObject({ missed: 0, missedByOther: 0 });
  });

  it("hides no failure, unless the table warns of it", () => {
    const { failures, listing, values } = facts;
    expect(values.lost).toBe(0);
    if (failures && failures.told < failures.of) expect(verdict({ ...result, oneProcess: false })).toContain("don't");
    if (listing.byStore === "some") expect(verdict({ ...result, oneProcess: false })).toContain("don't");
  });
});
