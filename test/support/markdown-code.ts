import { readFile } from "node:fs/promises";

export interface Block {
  readonly language: string;
  /** What stands behind the language: the name of a file. */
  readonly name: string;
  readonly code: string;
}

/** The code blocks of a page, those in lists too, without the indentation of their list. */
export function codeBlocks(text: string): Block[] {
  return Array.from(
    text.matchAll(/^( *)```(\w+) ?(\S*)\n(.*?)^\1```$/gms),
    ([, indentation = "", language = "", name = "", code = ""]) => ({
      language,
      name,
      code: code.replaceAll(new RegExp(`^${indentation}`, "gm"), ""),
    }),
  );
}

/** The TypeScript blocks of a page that name a file after the language: ```ts name.ts */
export async function namedBlocks(page: string): Promise<Map<string, string>> {
  const named = codeBlocks(await readFile(page, "utf8")).filter(({ language, name }) => language === "ts" && name !== "");
  return new Map(named.map(({ name, code }) => [name, code]));
}

/** The commands of a page's shell blocks, without the `npx` before and the environment around them. */
export async function commands(page: string, program: string): Promise<string[][]> {
  const text = await readFile(page, "utf8");
  return Array.from(text.matchAll(new RegExp(`^ *npx ${program} (.*)$`, "gm")), ([, args]) => args!.split(" "));
}
