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
