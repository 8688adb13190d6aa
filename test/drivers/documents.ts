import { readFile, writeFile } from "node:fs/promises";
import { ENGINES } from "./engines.ts";
import type { DriverResult } from "./results.ts";
import { detailedTables, shortTable } from "./tables.ts";
import type { Row } from "./tables.ts";

const RESULTS: URL = new URL("results/drivers.json", import.meta.url);
const DOCUMENTS = [
  { page: new URL("../../docs/drivers.md", import.meta.url), text: detailedTables },
  { page: new URL("../../README.md", import.meta.url), text: shortTable },
];
const MARKED = /(<!-- drivers:begin[^>]*-->\n)[^]*?(<!-- drivers:end -->)/;

export async function readResults(): Promise<DriverResult[]> {
  return JSON.parse(await readFile(RESULTS, "utf8")) as DriverResult[];
}

/** Every page, as it is and as the results would have it. */
export async function pagesFor(results: readonly DriverResult[]): Promise<{ page: URL; before: string; after: string }[]> {
  const rows = rowsOf(results);
  return Promise.all(
    DOCUMENTS.map(async ({ page, text }) => {
      const before = await readFile(page, "utf8");
      if (!MARKED.test(before)) throw new Error(`${page.pathname} has no markers to write between.`);
      return { page, before, after: before.replace(MARKED, (_, begin: string, end: string) => `${begin}\n${text(rows)}\n\n${end}`) };
    }),
  );
}

export async function writeDocuments(results: readonly DriverResult[]): Promise<void> {
  await writeFile(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
  for (const { page, before, after } of await pagesFor(results)) if (after !== before) await writeFile(page, after);
}

/** In the order in which a reader looks for them: what he should take first. */
function rowsOf(results: readonly DriverResult[]): Row[] {
  const rows = results.map((result): Row => ({ ...ENGINES.find(({ id }) => id === result.id)!, ...result }));
  const rank = ({ facts, name }: Row): string => {
    const { races, persistent, listing } = facts;
    const whole = races !== null && races.version === races.saves && races.found === races.tokens;
    return `${Number(!persistent)}${Number(listing.byStore !== "all")}${Number(!whole)}${name}`;
  };
  return rows.sort((left, right) => (rank(left) < rank(right) ? -1 : 1));
}
