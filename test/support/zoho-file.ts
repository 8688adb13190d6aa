import { writeFile } from "node:fs/promises";
import * as ts8 from "@zohocrm/typescript-sdk-8.0";

export const zohoToken = (parts: { id?: string; user?: string; refresh: string; access?: string; expiresIn?: string }): ts8.OAuthToken => {
  const { id = null, user, refresh, access = null, expiresIn } = parts;
  const signature = user === undefined ? null : new ts8.UserSignature(user);
  const token = new ts8.OAuthToken("c1", "secret", null, refresh, null, id, access, signature);
  if (expiresIn !== undefined) token.setExpiresIn(expiresIn);
  return token;
};

/**
 * A file as FileStore leaves it, row by row in its own writing. `saveToken` itself reads and writes the whole file for
 * each token, which takes hours for a file of this size.
 */
export async function writeZohoFile(path: string, tokens: Iterable<ts8.OAuthToken>): Promise<ts8.FileStore> {
  const store = new ts8.FileStore(path);
  const { headers } = store as unknown as { headers: string[] };
  const lines = [headers.join(",")];
  for (const token of tokens) lines.push((await store.setToken(token)).join(","));
  await writeFile(path, lines.join("\n"));
  return store;
}
