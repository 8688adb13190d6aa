import { readFile, writeFile } from "node:fs/promises";
import { ENGINES } from "./engines.ts";
import type { DriverResult } from "./results.ts";
import { detailedTables } from "./tables.ts";
import type { Row } from "./tables.ts";

const RESULTS: URL = new URL("results/drivers.json", import.meta.url);
const PAGE: URL = new URL("../../docs/drivers.md", import.meta.url);
const MARKED = /(<!-- drivers:begin[^>]*-->\n)[^]*?(<!-- drivers:end -->)/;

export async function readResults(): Promise<DriverResult[]> {
  return JSON.parse(await readFile(RESULTS, "utf8")) as DriverResult[];
}

/** The page as it is, and as the results would have it. */
export async function pageFor(results: readonly DriverResult[]): Promise<{ before: string; after: string }> {
  const before = await readFile(PAGE, "utf8");
  if (!MARKED.test(before)) throw new Error(`${PAGE.pathname} has no markers to write between.`);
  const tables = detailedTables(rowsOf(results));
  return { before, after: before.replace(MARKED, (_, begin: string, end: string) => `${begin}\n${tables}\n\n${end}`) };
}

export async function writeDocuments(results: readonly DriverResult[]): Promise<void> {
  await writeFile(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
  const { before, after } = await pageFor(results);
  if (after !== before) await writeFile(PAGE, after);
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
