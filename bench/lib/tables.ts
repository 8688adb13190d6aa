import type { Judgement } from "../bars.ts";
import { operationsText } from "./report.ts";
import type { Result } from "./report.ts";
import { readResult } from "./results.ts";
import type { Size, SuiteResults } from "./results.ts";

const ENGINES: Readonly<Record<string, string>> = {
  memory: "memory",
  redis: "Redis",
  files: "files",
  sqlite: "SQLite",
  mariadb: "MariaDB",
  indexeddb: "IndexedDB",
};
const PEERS_OF_ZOHO = [
  ["files", "Zoho's FileStore"],
  ["mariadb", "Zoho's DBStore (MariaDB)"],
  ["sqlite", "Zoho's SQLite sample"],
] as const;
const FIELDS = ["user", "account", "access", "refresh", "grant"];

/** A Markdown table as oxfmt would have it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

export function barsTable(): string {
  const judgements = readResult<Judgement[]>("bars") ?? [];
  return table(
    ["engine", "what", "measured", "wanted", ""],
    judgements.map(({ suite, what, direction, value, measured, met, off }) => [
      suite === "operations-kv" ? "Workers KV" : (ENGINES[suite] ?? suite),
      what,
      measured === null ? "–" : String(measured),
      `${direction === "exactly" ? "" : "≤ "}${value}`,
      measured === null
        ? "not measured"
        : `${met ? "met" : "**missed**"}${off ? `, ${off > 0 ? "+" : "−"}${Math.abs(Math.round(off * 100))} %` : ""}`,
    ]),
  );
}

/** The lowest to the highest ratio over the five fields, for each number of tokens. */
export function zohoTable(): string {
  const rows = PEERS_OF_ZOHO.flatMap(([suite, name]) => {
    const results = readResult<SuiteResults>(suite)?.results ?? [];
    const counts = new Set(results.flatMap(({ id }) => /^zoho\/\w+\/(\d+)$/.exec(id)?.[1] ?? []));
    return [...counts].map((count) => {
      const of = results.filter(({ id }) => FIELDS.some((field) => id === `zoho/${field}/${count}`));
      return [
        name,
        Number(count).toLocaleString("en"),
        span(of, ({ ratio }) => ratio),
        span(of, ({ ours }) => ours.p50),
        span(of, ({ theirs }) => theirs.p50),
      ];
    });
  });
  return table(["against", "tokens", "ratio", "ours, µs", "theirs, µs"], rows);
}

function span(results: readonly Result[], value: (result: Result) => number): string {
  const values = results.map(value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? String(least) : `${least} – ${most}`;
}

/** What every call asks the engine for, and its time over that of the raw driver. */
export function workTable(cell: (result: Result) => string): string {
  const suites = Object.keys(ENGINES).flatMap((suite) => {
    const results = readResult<SuiteResults>(suite)?.results.filter(({ id }) => id.startsWith("work/"));
    return results && results.length > 0 ? [[suite, results] as const] : [];
  });
  const names = new Map(
    suites.flatMap(([, results]) => results.map(({ id, name }) => [id, name.replace(/list of [\d,]+/, "list of all")] as const)),
  );
  const rows = Array.from(names, ([id, name]) => [
    name,
    ...suites.map(([, results]) => {
      const result = results.find((one) => one.id === id);
      return result ? cell(result) : "–";
    }),
  ]);
  return table(["", ...suites.map(([suite]) => ENGINES[suite]!)], rows);
}

export const operationsCell = ({ operations }: Result): string => (operations ? operationsText(operations) : "–");
export const timeCell = ({ ratio, ours }: Result): string => `${ratio} (${ours.p50} µs)`;

export function countsTable(): string {
  const suites = Object.keys(ENGINES).flatMap((suite) => {
    const counts = readResult<SuiteResults>(suite)?.counts;
    return counts ? [[suite, counts] as const] : [];
  });
  const names = new Set(suites.flatMap(([, counts]) => Object.keys(counts)));
  const rows = Array.from(names, (name) => [name, ...suites.map(([, counts]) => String(counts[name] ?? "–"))]);
  return table(["", ...suites.map(([suite]) => ENGINES[suite]!)], rows);
}

export function sizesTable(): string {
  const sizes = readResult<Size[]>("sizes") ?? [];
  return table(
    ["", "kB after gzip"],
    sizes.map(({ id, name, bytes }) => [id.startsWith("edge-token-store") ? `\`${name}\`` : name, (bytes / 1000).toFixed(1)]),
  );
}

/** How and on what the figures were taken. */
export function environmentTable(): string {
  const rows = Object.entries(ENGINES).flatMap(([suite, name]) => {
    const environment = readResult<SuiteResults>(suite)?.environment;
    return environment
      ? [
          [
            name,
            environment.node,
            `${environment.cpu ?? "?"}, ${environment.cores ?? "?"} cores`,
            String(environment.runs),
            String(environment.load ?? "?"),
          ],
        ]
      : [];
  });
  return table(["", "Node.js", "machine", "process runs", "load before it"], rows);
}
