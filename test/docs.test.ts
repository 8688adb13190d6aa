import { execFile } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import GitHubSlugger from "github-slugger";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMANDS } from "../src/cli/commands/index.ts";
import { codeBlocks } from "./support/markdown-code.ts";
import type { Block } from "./support/markdown-code.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIRECTORY = join(ROOT, "test-results/docs");

const COMPILED = ["ts", "tsx"];
const GENERATED = "docs/api/**";
const PAGES = ["*.md", "docs/*.md", "examples/*/README.md", "bench/*.md", "demo/*.md"];
const pages = globSync(PAGES, { cwd: ROOT }).sort();
const linked = [...pages, ...globSync(`${GENERATED}/*.md`, { cwd: ROOT }).sort()];
const textOf = (page: string): string => readFileSync(join(ROOT, page), "utf8");
/** The block where it is compiled, with what it imports of the page's own project. CONTRIBUTING shows a file of test/backends. */
function inPlace(page: string, { language, name, code }: Block): string {
  const folder = page === "CONTRIBUTING.md" ? "test/backends" : dirname(page);
  const placed = code.replaceAll(/ from "(\.[^"]+)"/g, (clause, path: string) => {
    const target = join(folder, path);
    return existsSync(join(ROOT, target)) ? ` from "../../../${target}"` : clause;
  });
  // The demo's pages are made with another.
  const pragma = language === "tsx" ? "/** @jsxImportSource react */\n" : "";
  return name ? placed : `${pragma}${placed}\nexport {};\n`;
}
const withoutCode = (text: string): string => text.replaceAll(/^( *)```.*?^\1```$/gms, "").replaceAll(/`[^`\n]*`/g, "`code`");

describe("every block of code", () => {
  beforeAll(async () => {
    for (const page of pages) {
      const blocks = codeBlocks(textOf(page)).filter(({ language }) => COMPILED.includes(language));
      const folder = join(DIRECTORY, page.replaceAll(/[/.]/g, "-"));
      if (blocks.length > 0) await mkdir(folder, { recursive: true });
      for (const [index, block] of blocks.entries()) {
        await writeFile(join(folder, block.name || `block-${index + 1}.${block.language}`), inPlace(page, block));
      }
    }
    // As `npx wrangler types` writes it for a Worker with such a binding, but for what it can do.
    await writeFile(
      join(DIRECTORY, "worker-configuration.d.ts"),
      "interface KVNamespace {\n  get(key: string): Promise<string | null>;\n}\n",
    );
    // An application's settings, not ours.
    const compilerOptions = { isolatedDeclarations: false, noPropertyAccessFromIndexSignature: false, exactOptionalPropertyTypes: false };
    const include = ["**/*.ts", "**/*.tsx", "../../src/**/*.d.ts"];
    await writeFile(join(DIRECTORY, "tsconfig.json"), JSON.stringify({ extends: "../../tsconfig.json", compilerOptions, include }));
  });
  afterAll(() => rm(DIRECTORY, { recursive: true, force: true }));

  it("in TypeScript compiles", async () => {
    const output = await run("tsc", ["-p", DIRECTORY], { cwd: ROOT }).then(
      ({ stdout }) => stdout,
      ({ stdout }: { stdout: string }) => stdout,
    );
    expect(output).toBe("");
  });

  it.each(pages)("is in a language that this looks into, and its commands and settings are real: %s", (page) => {
    for (const { language, code } of codeBlocks(textOf(page))) {
      if (language === "sh") expect(code.split("\n").flatMap((line) => unknownCommand(page, line))).toEqual([]);
      else if (language === "json" || language === "jsonc") expect(() => JSON.parse(asJson(code)) as unknown).not.toThrow();
      // The picture of docs/architecture.md is held to the code by test/architecture.test.ts.
      else expect([...COMPILED, "mermaid"]).toContain(language);
    }
  });
});

/** The scripts and commands on this line of a shell that do not exist: an example has scripts of its own. */
function unknownCommand(page: string, line: string): string[] {
  const [, script] = /\bnpm run ([\w:]+)/.exec(line) ?? [];
  const [, command] = /\bnpx edge-token-store ([a-z][\w-]*)/.exec(line) ?? [];
  const own = join(dirname(page), "package.json");
  const { scripts } = JSON.parse(textOf(existsSync(join(ROOT, own)) ? own : "package.json")) as { scripts: Record<string, string> };
  const isKnown = (script === undefined || script in scripts) && (command === undefined || command in COMMANDS);
  return isKnown ? [] : [line];
}

/** Without comments, and a part of an object made whole. */
function asJson(code: string): string {
  const text = code.replaceAll(/^\s*\/\/.*$/gm, "").trim();
  return text.startsWith("{") ? text : `{${text}}`;
}

describe("every link", () => {
  const anchors = new Map<string, Set<string>>();
  function anchorsOf(page: string): Set<string> {
    const known = anchors.get(page);
    if (known) return known;
    // GitHub's own rules, and the places that the generated reference names itself.
    const slugger = new GitHubSlugger();
    const text = textOf(page);
    const headings = Array.from(text.replaceAll(/^( *)```.*?^\1```$/gms, "").matchAll(/^#{1,6} (.+)$/gm), ([, title = ""]) =>
      slugger.slug(title.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, "$1").replaceAll(/[`\\]/g, "")),
    );
    const named = Array.from(text.matchAll(/<a id="([^"]+)">/g), ([, id = ""]) => id);
    const all = new Set([...headings, ...named]);
    anchors.set(page, all);
    return all;
  }

  it.each(linked)("leads somewhere: %s", (page) => {
    const broken = Array.from(withoutCode(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g), ([, link = ""]) => link).filter((link) => {
      // Others' pages are not fetched: tests need no network.
      if (/^[a-z]+:/i.test(link)) return !(link.startsWith("https://") && URL.canParse(link));
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : relative(ROOT, join(ROOT, dirname(page), path));
      if (target.startsWith("..") || !existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && !(target.endsWith(".md") && anchorsOf(target).has(anchor));
    });
    expect(broken).toEqual([]);
  });

  it("leads, taken together, from README to every page", () => {
    const reached = new Set<string>();
    const pending = ["README.md"];
    for (let page = pending.pop(); page !== undefined; page = pending.pop()) {
      // GitHub shows the README of a folder.
      if (linked.includes(join(page, "README.md"))) pending.push(join(page, "README.md"));
      if (reached.has(page) || !linked.includes(page)) continue;
      reached.add(page);
      for (const [, link = ""] of textOf(page).matchAll(/\]\(([^)\s#]+)[^)]*\)/g)) {
        if (!/^[a-z]+:/i.test(link)) pending.push(relative(ROOT, join(ROOT, dirname(page), link)));
      }
    }
    expect(linked.filter((page) => !reached.has(page))).toEqual([]);
  });
});

it("README documents every error code", () => {
  const codes = new Set(textOf("src/errors.ts").match(/ERR_[A-Z_]+/g));
  expect(codes.size).toBeGreaterThan(10);
  expect([...codes].filter((code) => !textOf("README.md").includes(`\`${code}\``))).toEqual([]);
});
