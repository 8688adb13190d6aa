import { readFile } from "node:fs/promises";

const README = new URL("../../README.md", import.meta.url);

/** The first block of README in a language below a heading, word for word. */
export async function block(heading: string, language: string): Promise<string> {
  const readme = await readFile(README, "utf8");
  const [, rest] = readme.split(`\n${heading}\n`);
  const [section] = rest?.split(/^#{2,3} /m) ?? [];
  const [, code] = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "ms").exec(section ?? "") ?? [];
  if (code === undefined) throw new Error(`README has no ${language} block below "${heading}".`);
  return code;
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
