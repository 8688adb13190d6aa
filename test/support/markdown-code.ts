import { readFile } from "node:fs/promises";

/** The TypeScript blocks of a page that name a file after the language: ```ts name.ts */
export async function namedBlocks(page: string): Promise<Map<string, string>> {
  const text = await readFile(page, "utf8");
  return new Map(Array.from(text.matchAll(/^```ts (\S+)\n(.*?)^```/gms), ([, name, code]) => [name!, code!]));
}

/** The commands of a page's shell blocks, without the `npx` before and the environment around them. */
export async function commands(page: string, program: string): Promise<string[][]> {
  const text = await readFile(page, "utf8");
  return Array.from(text.matchAll(new RegExp(`^ *npx ${program} (.*)$`, "gm")), ([, args]) => args!.split(" "));
}
