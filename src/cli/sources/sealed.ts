import type { ZohoStoredTokens } from "../../zoho/stored-rows.ts";
import type { Terminal } from "../command.ts";
import type { Parsed } from "../parse.ts";
import { readSealedFile } from "../sealed-file.ts";
import { EXPORT_SECRET, readText, requireSecret } from "../secrets.ts";

/** A file that the command export has written. */
export async function readFromSealedFile(path: string, parsed: Parsed, terminal: Terminal): Promise<ZohoStoredTokens> {
  const secret = requireSecret(parsed, terminal, EXPORT_SECRET, "secret of the export");
  return { tokens: await readSealedFile(readText(path), secret), problems: [] };
}
