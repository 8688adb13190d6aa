/** `node bench/readme.ts`: writes what README.md, docs/scale.md and results/README.md tell of the results. `npm run bench` does it too. */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { barsTable, countsTable, environmentTable, operationsCell, sizesTable, timeCell, workTable, zohoTable } from "./lib/tables.ts";
import { scaleParts, scalePlot } from "./scale.ts";

const root = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The generated parts of each document, by the name that stands in its marks: `<!-- bars -->` … `<!-- /bars -->`. */
function partsOf(): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return {
    "README.md": { sizes: sizesTable() },
    "bench/results/README.md": {
      environment: environmentTable(),
      bars: barsTable(),
      operations: workTable(operationsCell),
      times: workTable(timeCell),
      zoho: zohoTable(),
      counts: countsTable(),
    },
    "docs/scale.md": scaleParts(),
  };
}

/** Each document as it is, and as it should be. */
export async function documents(): Promise<{ path: string; is: string; shouldBe: string }[]> {
  const written = Object.entries(partsOf()).map(async ([path, parts]) => {
    const is = await readFile(root(path), "utf8");
    const shouldBe = Object.entries(parts).reduce((text, [name, part]) => replacePart(text, name, part), is);
    return { path, is, shouldBe };
  });
  const drawn = { path: "docs/scale.svg", is: await readFile(root("docs/scale.svg"), "utf8").catch(() => ""), shouldBe: scalePlot() };
  return [...(await Promise.all(written)), drawn];
}

export async function writeReadme(): Promise<void> {
  for (const { path, is, shouldBe } of await documents()) if (is !== shouldBe) await writeFile(root(path), shouldBe);
}

function replacePart(text: string, name: string, part: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The marks of ${name} are missing.`);
  return `${text.slice(0, from + begin.length)}\n\n${part}\n\n${text.slice(to)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeReadme();
