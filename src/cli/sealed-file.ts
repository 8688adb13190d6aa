import { randomBytes } from "node:crypto";
import { aesGcm, fromBase64Url, hkdf, toBase64Url } from "#crypto";
import type { Cipher } from "../sealing/primitives.ts";
import { parseSecret } from "../sealing/secret.ts";
import { parseTokenInput } from "../token.ts";
import type { StoredToken, TokenInput } from "../token.ts";
import { CommandError } from "./command.ts";

/** The format of the file, as operations.md has it; another one gets another number. */
const FORMAT = "edge-token-store sealed export 1";
const INFO = "edge-token-store/v1/export";
const SALT_BYTES = 16;

/**
 * A file of tokens that is bound to no storage, namespace or secret of a store. The first line names the format and a
 * random salt; each other line is a token, the last one their number, sealed by AES-256-GCM (base64url of IV,
 * ciphertext and tag) under a key for this file alone: HKDF-SHA-256 of the secret with the salt in its info. The
 * additional data is the line's number, so that no line can be moved, repeated or left out.
 */
export class SealedFileWriter {
  readonly header: string;
  readonly #cipher: Cipher;
  #line = 1;

  private constructor(salt: string, cipher: Cipher) {
    this.header = `${FORMAT} ${salt}\n`;
    this.#cipher = cipher;
  }

  /** @throws {SecretWeakError} where the secret is too short */
  static async create(secret: string): Promise<SealedFileWriter> {
    const salt = toBase64Url(randomBytes(SALT_BYTES));
    return new SealedFileWriter(salt, await fileCipher(secret, salt));
  }

  token(token: StoredToken): Promise<string> {
    return this.#seal(token);
  }

  end(count: number): Promise<string> {
    return this.#seal(count);
  }

  async #seal(content: StoredToken | number): Promise<string> {
    const text = new TextEncoder().encode(JSON.stringify(content));
    return `${toBase64Url(await this.#cipher.seal(text, lineData(++this.#line)))}\n`;
  }
}

/**
 * All tokens of the file, with their lines, the one saved last at the end; nothing is returned of a file that is not whole.
 *
 * @throws {CommandError} where it is another file, was sealed with another secret, changed, or cut short
 * @throws {SecretWeakError} where the secret is too short
 */
export async function readSealedFile(text: string, secret: string): Promise<{ line: number; token: TokenInput }[]> {
  // Editors and mail may end lines in another way.
  const [header = "", ...lines] = text.split(/\r?\n/);
  const salt = header.startsWith(`${FORMAT} `) ? header.slice(FORMAT.length + 1) : undefined;
  if (!salt) throw new CommandError("This is no sealed export, or one of another version of this program.");
  const cipher = await fileCipher(secret, salt);
  const tokens: { line: number; token: TokenInput; updatedAt: number }[] = [];
  for (const [index, sealed] of lines.entries()) {
    const line = index + 2;
    const bytes = fromBase64Url(sealed);
    const opened = bytes && (await cipher.open(bytes, lineData(line)));
    if (!opened && line === 2) throw new CommandError("The export was sealed with another secret, or is damaged from its beginning.");
    if (!opened) throw new CommandError(`The export is damaged or cut short at line ${line}. Nothing was imported.`);
    const content = JSON.parse(new TextDecoder().decode(opened)) as unknown;
    // The end. That nothing before it is missing, the numbers of the lines say.
    if (typeof content === "number") return inOrder(tokens);
    tokens.push({ line, token: parseTokenInput(content), updatedAt: (content as StoredToken).updatedAt });
  }
  throw new CommandError("The export is cut short. Nothing was imported.");
}

function inOrder(tokens: readonly { line: number; token: TokenInput; updatedAt: number }[]): { line: number; token: TokenInput }[] {
  return tokens.toSorted((left, right) => left.updatedAt - right.updatedAt).map(({ line, token }) => ({ line, token }));
}

async function fileCipher(secret: string, salt: string): Promise<Cipher> {
  parseSecret(secret);
  return aesGcm(await hkdf(new TextEncoder().encode(secret), new TextEncoder().encode(`${INFO}/${salt}`)));
}

function lineData(line: number): Uint8Array {
  return new TextEncoder().encode(JSON.stringify([INFO, line]));
}
