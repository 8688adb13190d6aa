import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { sourceImports } from "./support/source-imports.ts";
import { tableUnder } from "./support/markdown-table.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SRC = `${ROOT}src`;
const MAX_LINES = 300;
/** Files that are longer, each with its reason. */
const LONGER: Record<string, string> = {};

const page = readFileSync(`${ROOT}docs/architecture.md`, "utf8");
const imports = sourceImports(SRC);

interface Part {
  readonly name: string;
  readonly paths: readonly string[];
  /** The parts that it may import, by name; `type x`, where only types. */
  readonly allowed: readonly string[];
}
const list = (cell: string): string[] => cell.split(", ").filter((entry) => entry !== "");
const parts: Part[] = tableUnder(page, "## Parts").map(([name = "", files = "", allowed = ""]) => ({
  name,
  paths: Array.from(files.matchAll(/`([^`]+)`/g), ([, path]) => path!),
  allowed: list(allowed),
}));
const GROUND = ["basics", "rules", "contract", "port"];

/** The part that names the file, or the nearest folder around it. */
function partOf(file: string): string {
  const candidates = parts.flatMap(({ name, paths }) => paths.map((path) => ({ name, path })));
  const fits = candidates.filter(({ path }) => path === file || (path.endsWith("/") && file.startsWith(path)));
  const nearest = fits.sort((a, b) => b.path.length - a.path.length)[0];
  if (!nearest) throw new Error(`docs/architecture.md has no part for src/${file}`);
  return nearest.name;
}

/** Which parts a part's files import, as the page's table says it. */
function importedParts(name: string): string[] {
  const found = new Map<string, boolean>();
  for (const [file, targets] of imports) {
    if (partOf(file) !== name) continue;
    for (const { to, kind } of targets) {
      if (!imports.has(to) || partOf(to) === name) continue;
      found.set(partOf(to), (found.get(partOf(to)) ?? false) || kind !== "type");
    }
  }
  return parts.flatMap((part) => (found.has(part.name) ? [found.get(part.name) ? part.name : `type ${part.name}`] : []));
}

const withoutType = (entry: string): string => entry.replace("type ", "");
const above = (name: string): Set<string> => {
  const reached = new Set<string>();
  const pending = [name];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const target of parts.find((part) => part.name === next)!.allowed.map(withoutType)) {
      if (!reached.has(target)) pending.push(target);
      reached.add(target);
    }
  }
  return reached;
};

/** The chart's arrows of one kind, as `from → to`. */
function arrows(arrow: RegExp): string[] {
  const [, chart = ""] = /```mermaid\n(.*?)```/s.exec(page) ?? [];
  return Array.from(chart.matchAll(new RegExp(`^ *(\\w+) ${arrow.source} (\\w+)$`, "gm")), ([, from, to]) => `${from!} → ${to!}`).sort();
}

/** What is loaded with a module: its own modules, and what lies outside. */
function loads(entry: string, kinds: readonly string[]): { own: Set<string>; outside: string[] } {
  const own = new Set<string>();
  const outside = new Set<string>();
  const pending = [entry];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (own.has(file)) continue;
    own.add(file);
    for (const { to, kind } of imports.get(file)!) {
      if (!kinds.includes(kind)) continue;
      if (imports.has(to)) pending.push(to);
      else outside.add(to);
    }
  }
  return { own, outside: [...outside].sort() };
}

describe("docs/architecture.md", () => {
  it("has every file in a part, and no part or path without one", () => {
    const used = new Set([...imports.keys()].map(partOf));
    expect(parts.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([]);
    const paths = parts.flatMap((part) => part.paths);
    expect(paths.filter((path) => ![...imports.keys()].some((file) => file === path || file.startsWith(path)))).toEqual([]);
  });

  it.each(parts)("names what $name imports, no more and no less, and all of it stands below", ({ name, allowed }) => {
    expect(importedParts(name)).toEqual([...allowed].sort((a, b) => order(a) - order(b)));
    const below = parts.slice(parts.findIndex((part) => part.name === name) + 1).map((part) => part.name);
    expect(allowed.map(withoutType).filter((target) => !below.includes(target))).toEqual([]);
  });

  it("draws an arrow for each import that does not follow from others", () => {
    const direct = parts.filter(({ name }) => !GROUND.includes(name));
    const needed = direct.flatMap(({ name, allowed }) => {
      const targets = allowed.map(withoutType).filter((target) => !GROUND.includes(target));
      const implied = new Set(targets.flatMap((target) => [...above(target)]));
      return targets.filter((target) => !implied.has(target)).map((target) => `${name} → ${target}`);
    });
    expect(arrows(/-->/)).toEqual(needed.sort());
  });

  it("draws the way of data: through TokenStore into the engine, through Backend out of it", () => {
    const text = (file: string): string => readFileSync(`${SRC}/${file}`, "utf8");
    const clients = parts.filter(({ name }) => ["refresh", "zoho"].includes(name));
    for (const { name } of clients) {
      const modules = [...imports].filter(([file]) => partOf(file) === name);
      const taken = modules.flatMap(([, targets]) => targets.filter(({ to }) => to === "token-store.ts"));
      expect(new Set(taken.map(({ kind }) => kind))).toEqual(new Set(["type"]));
      expect(importedParts(name)).not.toContain("engine");
    }
    const backends = new Set([...imports.keys()].filter((file) => /\bimplements Backend\b/.test(text(file))).map(partOf));
    const out = [...backends].map((name) => `engine → ${name}`);
    expect(arrows(/==>\|(?:TokenStore|Backend)\|/)).toEqual(
      [...out, "app → engine", ...clients.map(({ name }) => `${name} → engine`)].sort(),
    );
  });

  it("tells what each entry point loads, and what later", () => {
    const rows = new Map(
      tableUnder(page, "## What an entry point loads").map(([entry = "", ...cells]) => [entry.replaceAll("`", ""), cells]),
    );
    const entries = Object.entries(manifest.exports).filter((entry) => typeof entry[1] !== "string");
    expect([...rows.keys()]).toEqual(entries.map(([entry]) => entry));
    for (const [entry, target] of entries) {
      const file = (target as { default: string }).default.replace("./dist/", "").replace(/\.js$/, ".ts");
      const atOnce = loads(file, ["value"]);
      const inTheEnd = loads(file, ["value", "lazy"]);
      const later = [...inTheEnd.own]
        .filter((module) => !atOnce.own.has(module))
        .map((module) => `${posix.basename(posix.dirname(module))}/`);
      expect([entry, inTheEnd.outside]).toEqual([entry, atOnce.outside]);
      expect([entry, atOnce.outside.join(", "), [...new Set(later)].sort().join(", ")]).toEqual([entry, ...rows.get(entry)!]);
    }
  });
});

describe("src", () => {
  it("has no circle of imports, not of types either", () => {
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" → "));
      if (done.has(file) || path.includes(file)) return;
      for (const { to } of imports.get(file)!) if (imports.has(to)) visit(to, [...path, file]);
      done.add(file);
    };
    for (const file of imports.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });

  it(`has no file of ${MAX_LINES} lines, but those that say why`, () => {
    const long = [...imports.keys()].filter((file) => readFileSync(`${SRC}/${file}`, "utf8").trimEnd().split("\n").length >= MAX_LINES);
    expect(long).toEqual(Object.keys(LONGER));
  });

  it("reaches each of its modules from an entry point or the command line", () => {
    const entries = Object.values(manifest.exports).filter((target) => typeof target !== "string");
    const files = [...entries.map((target) => target.default), manifest.bin["edge-token-store"]];
    const reached = files.flatMap((file) => [
      ...loads(file.replace(/^\.\/dist\//, "").replace(/\.js$/, ".ts"), ["value", "type", "lazy"]).own,
    ]);
    const crypto = ["sealing/crypto-node.ts", "sealing/crypto-web.ts", "sealing/primitives.ts"];
    expect([...imports.keys()].filter((file) => !reached.includes(file) && !crypto.includes(file))).toEqual([]);
  });
});

function order(entry: string): number {
  return parts.findIndex(({ name }) => name === withoutType(entry));
}
