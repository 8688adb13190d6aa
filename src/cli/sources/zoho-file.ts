import { readZohoFileStore } from "../../zoho/read-file-store.ts";
import type { ZohoStoredTokens } from "../../zoho/stored-rows.ts";
import { readText } from "../secrets.ts";

/** A file of Zoho's FileStore. */
export async function readFromZohoFile(path: string): Promise<ZohoStoredTokens> {
  return readZohoFileStore(readText(path));
}
