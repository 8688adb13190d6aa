import { readFile } from "node:fs/promises";

const README = new URL("../../README.md", import.meta.url);

/** The blocks of README in a language below a heading, word for word. */
export async function blocks(heading: string, language: string): Promise<string[]> {
  const readme = await readFile(README, "utf8");
  const [, rest] = readme.split(`\n${heading}\n`);
  if (rest === undefined) throw new Error(`README has no heading "${heading}".`);
  const [section] = rest.split(/^#{2,3} /m);
  return Array.from(section!.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms")), ([, code]) => code!);
}

export async function block(heading: string, language: string): Promise<string> {
  const [first] = await blocks(heading, language);
  if (first === undefined) throw new Error(`README has no ${language} block below "${heading}".`);
  return first;
}

export const QUICK_STARTS = {
  page: "### In a single-page app",
  kv: "### In a Cloudflare Worker, with KV",
  durableObjects: "### In a Cloudflare Worker, with Durable Objects",
  node: "### In Node, with Redis or files",
} as const;

/** The packages of each `npm install` line of README, in their order: for a page, for anything else, for Redis. */
export async function installCommands(): Promise<string[][]> {
  const commands = await block("## Use it", "sh");
  return Array.from(commands.matchAll(/^npm install ([^#\n]*)/gm), ([, names]) => names!.trim().split(" "));
}
