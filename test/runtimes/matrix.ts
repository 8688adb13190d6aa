export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What a suite came to in a runtime; `lacking` where the runtime has no such thing, `broken` where the run itself failed. */
export type Cell = Counts | "lacking" | "waiting" | "broken";

export interface Column {
  readonly name: string;
  readonly version: string;
  /** Why it was not run. */
  readonly notRun?: string;
}

export interface Matrix {
  readonly runtimes: readonly Column[];
  readonly suites: readonly { readonly name: string; readonly cells: readonly Cell[] }[];
}

export const BEGIN = "<!-- runtimes:begin -->";
export const END = "<!-- runtimes:end -->";

export function isGreen(cell: Cell): boolean {
  return cell === "lacking" || (typeof cell === "object" && cell.failed === 0 && cell.passed > 0);
}

function cellText(cell: Cell): string {
  if (cell === "lacking") return "–";
  if (cell === "waiting") return "·";
  if (cell === "broken") return "✗ broken";
  const { passed, failed, skipped } = cell;
  if (failed > 0) return `✗ ${failed} of ${passed + failed}`;
  return skipped > 0 ? `${passed} (${skipped})` : `${passed}`;
}

/** The matrix as rows of text, heads first, of equal width in each column. */
export function rowsOf({ runtimes, suites }: Matrix): string[][] {
  const rows: string[][] = [
    ["", ...runtimes.map(({ name }) => name)],
    ["version", ...runtimes.map(({ version, notRun: why }) => (why === undefined ? version : "not run"))],
    ...suites.map(({ name, cells }) => [
      name,
      ...cells.map((cell, column) => (runtimes[column]!.notRun === undefined ? cellText(cell) : "")),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length), 3));
  return rows.map((row) => row.map((text, column) => text.padEnd(widths[column]!)));
}

/** Why which runtime was not run, a sentence each. */
export function notRun({ runtimes }: Matrix): string[] {
  return runtimes.flatMap(({ name, notRun: why }) => (why === undefined ? [] : `${name} was not run: ${why}.`));
}

function markdownOf(matrix: Matrix): string {
  const [head, ...rows] = rowsOf(matrix) as [string[], ...string[][]];
  const line = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
  const table = [line(head), line(head.map((text) => "-".repeat(text.length))), ...rows.map(line)];
  return [...table, ...notRun(matrix).flatMap((sentence) => ["", sentence])].join("\n");
}

/** The document with this matrix between its markers. */
export function withMatrix(document: string, matrix: Matrix): string {
  const [before, rest] = [document.split(BEGIN)[0], document.split(END)[1]];
  if (before === undefined || rest === undefined || !document.includes(BEGIN)) throw new Error(`The document has no ${BEGIN} … ${END}.`);
  return `${before}${BEGIN}\n\n${markdownOf(matrix)}\n\n${END}${rest}`;
}

/** Adds up what the files of one suite came to. */
export function sum(parts: readonly Counts[]): Counts {
  const total = (key: keyof Counts): number => parts.reduce((count, part) => count + part[key], 0);
  return { passed: total("passed"), failed: total("failed"), skipped: total("skipped") };
}
