import type { DriverEngine } from "./engines.ts";
import type { Beyond, DriverFacts, DriverResult } from "./results.ts";

export type Row = Pick<DriverEngine, "name" | "on" | "oneProcess"> & DriverResult;

/** For what tokens may lie there, from what was measured; the first that applies. */
export function verdict({ facts, oneProcess }: Pick<Row, "facts" | "oneProcess">): string {
  const { listing, failures, persistent, shared } = facts;
  if (listing.kept < listing.written) return "loses tokens: don't";
  if (failures && failures.told < failures.of) return "failures read as missing tokens: don't";
  if (!persistent) return shared ? "tests" : "tests: gone with its process or tab";
  if (listing.byStore === "refused") return `one writer a token; no list of ${number(Math.ceil(listing.listed / 100) * 100)} keys`;
  if (listing.byStore === "some") return "lists some tokens alone: don't";
  if (loses(facts)) return "one writer a token";
  return oneProcess ? "one process, any number of stores" : "any number of processes";
}

/** Whether two stores that save at once lose anything; not asked where they share nothing. */
function loses({ races }: DriverFacts): boolean {
  return races !== null && (races.version < races.saves || races.found < races.tokens || races.listed < races.tokens);
}

/**
 * The figures that must be the same in each run. Chance has a part in what two that race lose, in an order that is none,
 * and in which node of a cluster is asked for a list.
 */
export function stableFacts({ id, cases, facts }: DriverResult): object {
  const { races, listing, ...rest } = facts;
  const { order, listed, ...list } = listing;
  return {
    id,
    failed: cases.failed,
    gaps: cases.gap,
    ...rest,
    listing: { ...list, sorted: order === "sorted", whole: listed === listing.kept },
    races: races && (loses(facts) ? "loses" : "loses nothing"),
  };
}

/** The tables of docs/drivers.md. */
export function detailedTables(rows: readonly Row[]): string {
  const kept = table(
    [
      "Driver",
      "ran on",
      "tokens may lie there for",
      "suite",
      "two stores save at once",
      "record and index in one step",
      "persistent",
      "TTL",
      "failures told",
    ],
    rows.map((row) => [
      row.name,
      row.on,
      verdict(row),
      suite(row),
      raced(row.facts),
      row.facts.claims.atomic ? "yes" : "no",
      yes(row.facts.persistent),
      yes(row.facts.ttl),
      row.facts.failures ? `${row.facts.failures.told} of ${row.facts.failures.of}` : "–",
    ]),
  );
  const shapes = table(
    [
      "Driver",
      "values kept exactly",
      "longest value",
      "longest key",
      "`Ab` and `aB`",
      "`a` beside `a:b`",
      "seen at once",
      "of 1,100 keys the driver lists",
      "order",
      "of as many tokens the store lists",
      "reads for it",
    ],
    rows.map(({ name, facts: { values, keys, listing, reads, shared } }) => [
      name,
      values.kept === values.of ? `all ${values.of}` : `${values.kept} of ${values.of}, ${values.lost} changed`,
      values.largestTried ? `≥ ${bytes(values.longestBytes)}` : `≥ ${bytes(values.longestBytes)}, ${next(values.beyond)}`,
      keys.longestTried ? `≥ ${number(keys.longest)}` : `${number(keys.longest)}, ${next(keys.beyond)}`,
      keys.caseSensitive ? "two keys" : "one key",
      yes(keys.nested),
      seen(reads, shared),
      listing.kept < listing.written
        ? `${number(listing.listed)}; ${number(listing.written - listing.kept)} are gone`
        : number(listing.listed),
      listing.order,
      listing.byStore === "refused" ? "refuses" : listing.byStore,
      listing.onlyBase ? "the namespace" : "all keys",
    ]),
  );
  return `${kept}\n\n${shapes}`;
}

function suite({ cases }: DriverResult): string {
  const parts = [`${cases.passed} passed`];
  if (cases.skipped > 0) parts.push(`${cases.skipped} skipped`);
  if (cases.gap > 0) parts.push(`${cases.gap} can't be`);
  if (cases.failed > 0) parts.push(`${cases.failed} failed`);
  return parts.join(", ");
}

function raced({ races }: DriverFacts): string {
  if (!races) return "each has its own";
  const { saves, version, tokens, found, damaged } = races;
  const torn = damaged > 0 ? `, ${damaged} met a torn value` : "";
  return `${version} of ${saves} saves count, ${found} of ${tokens} found${torn}`;
}

function seen({ of, missed, missedByOther }: DriverFacts["reads"], shared: boolean): string {
  const own = missed === 0 ? "by itself" : `${of - missed} of ${of} by itself`;
  if (!shared) return own;
  return missedByOther === 0 ? (missed === 0 ? "yes" : own) : `${own}, ${of - missedByOther} of ${of} by another`;
}

function next(beyond: Beyond): string {
  return beyond === "lost" ? "the next is lost" : "the next is refused";
}

function bytes(count: number): string {
  return count >= 1_000_000 ? `${count / 1_000_000} MB` : `${count / 1000} kB`;
}

function number(count: number): string {
  return count.toLocaleString("en");
}

function yes(fact: boolean): string {
  return fact ? "yes" : "no";
}

/** As the formatter would have it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) => Math.max(3, ...[head, ...rows].map((row) => width(row[column]!))));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell + " ".repeat(widths[column]! - width(cell))).join(" | ")} |`;
  return [line(head), line(widths.map((count) => "-".repeat(count))), ...rows.map(line)].join("\n");
}

function width(cell: string): number {
  return Array.from(cell).length;
}
