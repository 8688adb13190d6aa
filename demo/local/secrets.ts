import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Seals the tokens of this machine's portal. Made with the first start, and kept beside what it seals: nothing here is worth more. */
export async function readSecret(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => replaceSecret(file));
}

export async function replaceSecret(file: string): Promise<string> {
  const secret = randomBytes(32).toString("base64");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, secret, { mode: 0o600 });
  return secret;
}
