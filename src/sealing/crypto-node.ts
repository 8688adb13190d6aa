/** The primitives on Node, Deno and Bun, where they are synchronous: for a short record some 15 times faster than WebCrypto. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { IV_BYTES, TAG_BYTES } from "./primitives.ts";
import type { Cipher, Hmac } from "./primitives.ts";

/** 32 bytes by HKDF-SHA-256 (RFC 5869), without salt. */
export function hkdf(input: Uint8Array, info: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", input, new Uint8Array(), info, 32));
}

export function hmac(key: Uint8Array): Hmac {
  return (message) => createHmac("sha256", key).update(message).digest("hex");
}

export function aesGcm(key: Uint8Array): Cipher {
  return {
    seal(plaintext, additionalData) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES }).setAAD(additionalData);
      return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed, additionalData) {
      if (sealed.length < IV_BYTES + TAG_BYTES) return undefined;
      const iv = sealed.subarray(0, IV_BYTES);
      const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES }).setAAD(additionalData);
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      const plaintext = decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES));
      try {
        return Buffer.concat([plaintext, decipher.final()]);
      } catch {
        // The only way that final() fails: the tag is another.
        return undefined;
      }
    },
  };
}

export function toBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
}

export function fromBase64Url(text: string): Uint8Array {
  return Buffer.from(text, "base64url");
}
