import { open, unlink } from "node:fs/promises";
import { CommandError } from "./command.ts";

const OWNER_ALONE = 0o600;

/**
 * Writes a file that is not there yet, readable by its owner alone, and syncs it; one that was not finished is removed.
 *
 * @throws {CommandError} where there is such a file, or none can be made
 */
export async function writeNewFile(path: string, fill: (write: (text: string) => Promise<void>) => Promise<void>): Promise<void> {
  const file = await open(path, "wx", OWNER_ALONE).catch((error: unknown) => {
    const code = String((error as { code?: unknown }).code);
    throw new CommandError(code === "EEXIST" ? `${path} is there already and is not written over.` : `${path} can't be written: ${code}.`);
  });
  try {
    await fill(async (text) => {
      await file.writeFile(text);
    });
    await file.sync();
    await file.close();
  } catch (error) {
    await file.close().catch(() => {});
    await unlink(path);
    throw error;
  }
}
