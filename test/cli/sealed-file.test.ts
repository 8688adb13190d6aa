import { describe, expect, it } from "vitest";
import { readSealedFile, SealedFileWriter } from "../../src/cli/sealed-file.ts";

const SECRET = "the secret of the export, long enough";

async function sealedFile(count: number): Promise<string> {
  const writer = await SealedFileWriter.create(SECRET);
  let file = writer.header;
  for (let number = 0; number < count; number++) {
    file += await writer.token({ id: `${number}`, refreshToken: `r-${number}`, createdAt: 1, updatedAt: 2, version: 3 });
  }
  return file + (await writer.end(count));
}

describe("a sealed file", () => {
  it.each([0, 1, 3])("gives back its %i tokens, each with its line", async (count) => {
    expect(await readSealedFile(await sealedFile(count), SECRET)).toEqual(
      Array.from({ length: count }, (_, number) => ({ line: number + 2, token: { id: `${number}`, refreshToken: `r-${number}` } })),
    );
  });

  it("gives the token that was saved last at the end, whatever its line", async () => {
    const writer = await SealedFileWriter.create(SECRET);
    let file = writer.header;
    for (const updatedAt of [30, 10, 20]) {
      file += await writer.token({ id: `${updatedAt}`, refreshToken: "r", createdAt: 1, updatedAt, version: 1 });
    }
    const tokens = await readSealedFile(file + (await writer.end(3)), SECRET);
    expect(tokens.map(({ line, token }) => [line, token.id])).toEqual([
      [3, "10"],
      [4, "20"],
      [2, "30"],
    ]);
  });

  it("is read with the line ends of Windows, too", async () => {
    const file = (await sealedFile(2)).replaceAll("\n", "\r\n");
    expect((await readSealedFile(file, SECRET)).map(({ line }) => line)).toEqual([2, 3]);
  });

  it("is another file each time, under a key of its own", async () => {
    const [one, other] = [await sealedFile(1), await sealedFile(1)];
    const swapped = [one.split("\n")[0], ...other.split("\n").slice(1)].join("\n");
    await expect(readSealedFile(swapped, SECRET)).rejects.toThrow("another secret");
  });

  it.each<[string, (lines: string[]) => string[]]>([
    ["cut short by its last line", (lines) => lines.slice(0, -2)],
    ["cut short by all its tokens", (lines) => [...lines.slice(0, 1), ...lines.slice(-2)]],
    ["cut short in a line", (lines) => [...lines.slice(0, -2), lines.at(-2)!.slice(0, -3)]],
    ["without a token in the middle", (lines) => lines.toSpliced(2, 1)],
    ["with two tokens in each other's place", (lines) => [lines[0]!, lines[2]!, lines[1]!, ...lines.slice(3)]],
    ["with a token twice", (lines) => lines.toSpliced(2, 0, lines[1]!)],
    [
      "with a character changed",
      (lines) =>
        lines.with(
          2,
          lines[2]!.replace(/^./, (first) => (first === "A" ? "B" : "A")),
        ),
    ],
    ["of another kind", () => ["user_name,client_id", "ann,c1"]],
    ["empty", () => [""]],
  ])("%s is refused as a whole", async (_name, change) => {
    const lines = (await sealedFile(3)).split("\n");
    await expect(readSealedFile(change(lines).join("\n"), SECRET)).rejects.toMatchObject({ name: "CommandError" });
  });

  it("opens with no other secret, and takes none that is weak", async () => {
    await expect(readSealedFile(await sealedFile(1), `${SECRET}.`)).rejects.toThrow("another secret");
    await expect(SealedFileWriter.create("short")).rejects.toThrow("characters");
  });
});
