/** The primitives on Node, Deno and Bun, where they are synchronous: for a short record some 15 times faster than WebCrypto. */
import * as nodeCrypto from "node:crypto";
import { IV_BYTES, TAG_BYTES } from "./primitives.ts";
import type { Cipher, Hmac } from "./primitives.ts";

/** 32 bytes by HKDF-SHA-256 (RFC 5869), without salt. */
export function hkdf(input: Uint8Array, info: Uint8Array): Uint8Array {
  return new Uint8Array(nodeCrypto.hkdfSync("sha256", input, new Uint8Array(), info, 32));
}

/** The block of SHA-256, in bytes. */
const BLOCK_BYTES = 64;

/**
 * HMAC by its definition (RFC 2104 section 2), from two hashes in one call each: an `Hmac` object costs several times as much to
 * make, and to collect. Where the platform has no such call (Node before 20.12) the object serves.
 */
export function hmac(key: Uint8Array): Hmac {
  // As a property: where a platform does not have it, importing it by name would fail.
  const { hash } = nodeCrypto as Partial<typeof nodeCrypto>;
  if (!hash || key.length > BLOCK_BYTES) return (message) => nodeCrypto.createHmac("sha256", key).update(message).digest("hex");
  const [innerPad, outer] = [padded(key, 0x36), Buffer.concat([padded(key, 0x5c), Buffer.alloc(32)])];
  return (message) => {
    const inner = Buffer.allocUnsafe(BLOCK_BYTES + Buffer.byteLength(message));
    inner.set(innerPad);
    inner.write(message, BLOCK_BYTES);
    // A byte a character, since strings are what the call gives back quickest.
    outer.write(hash("sha256", inner, "latin1"), BLOCK_BYTES, "latin1");
    return hash("sha256", outer, "hex");
  };
}

function padded(key: Uint8Array, pad: number): Buffer {
  return Buffer.alloc(BLOCK_BYTES, pad).map((byte, position) => byte ^ (key[position] ?? 0)) as Buffer;
}

/** How many are made at a time. */
const IVS = 64;

let random = new Uint8Array();
let used = 0;

/** Each is given out once. OpenSSL takes as long for a few random bytes as for some hundred: up to 40 µs, more than the seal itself. */
function freshIv(): Uint8Array {
  if (used === random.length) {
    // Not written over: what was given out stays as it is.
    random = nodeCrypto.randomBytes(IVS * IV_BYTES);
    used = 0;
  }
  return random.subarray(used, (used += IV_BYTES));
}

export function aesGcm(key: Uint8Array): Cipher {
  return {
    seal(plaintext, additionalData) {
      const iv = freshIv();
      const cipher = nodeCrypto.createCipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES }).setAAD(additionalData);
      return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed, additionalData) {
      if (sealed.length < IV_BYTES + TAG_BYTES) return undefined;
      const iv = sealed.subarray(0, IV_BYTES);
      const decipher = nodeCrypto.createDecipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES }).setAAD(additionalData);
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      const plaintext = decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES));
      try {
        // Compares the tag; GCM keeps nothing back that it would give.
        decipher.final();
      } catch {
        // The only way that final() fails: the tag is another.
        return undefined;
      }
      return plaintext;
    },
  };
}

/** By `Buffer`, which asks less of a processor that has slept than `TextEncoder` and `TextDecoder` do. */
export function toUtf8(text: string): Uint8Array {
  return Buffer.from(text);
}

export function fromUtf8(bytes: Uint8Array): string {
  return bufferOver(bytes).toString();
}

export function toBase64Url(bytes: Uint8Array): string {
  return bufferOver(bytes).toString("base64url");
}

/**
 * Undefined unless it is spelled as {@link toBase64Url} spells it (RFC 4648 sections 3.5 and 5). Buffer passes over characters that are
 * none of base64, which leaves too few bytes, takes those of base64 too, and passes over bits left over. A pattern would take five times as long.
 */
export function fromBase64Url(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64url");
  const { length } = bytes;
  const isCanonical =
    Math.ceil((length * 4) / 3) === text.length &&
    !text.includes("+") &&
    !text.includes("/") &&
    text.endsWith(bytes.toString("base64url", length - (length % 3)));
  return isCanonical ? bytes : undefined;
}

function bufferOver(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
