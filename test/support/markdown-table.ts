/** The cells of the first table under a heading, without its head. */
export function tableUnder(page: string, heading: string): string[][] {
  const [, section = ""] = page.split(`\n${heading}\n`);
  const rows = /^\|(?:.*\n\|)*.*/m.exec(section)?.[0].split("\n") ?? [];
  if (rows.length < 3) throw new Error(`there is no table under ${heading}`);
  return rows.slice(2).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
