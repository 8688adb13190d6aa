import { IV_BYTES, TAG_BYTES } from "./primitives.ts";
import type { Cipher, Hmac } from "./primitives.ts";

/** HMAC under a WebCrypto key, which need not be extractable. */
export function webHmac(key: CryptoKey): Hmac {
  const encoder = new TextEncoder();
  return async (message) => {
    let hex = "";
    for (const byte of new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(message)))) {
      hex += (0x1_00 + byte).toString(16).slice(1);
    }
    return hex;
  };
}

/** AES-GCM under a WebCrypto key, which need not be extractable. */
export function webCipher(key: CryptoKey): Cipher {
  const parameters = (iv: Uint8Array, additionalData: Uint8Array): AesGcmParams => ({
    name: "AES-GCM",
    iv: iv as BufferSource,
    additionalData: additionalData as BufferSource,
    tagLength: TAG_BYTES * 8,
  });
  return {
    async seal(plaintext, additionalData) {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const encrypted = await crypto.subtle.encrypt(parameters(iv, additionalData), key, plaintext as BufferSource);
      const sealed = new Uint8Array(IV_BYTES + encrypted.byteLength);
      sealed.set(iv);
      sealed.set(new Uint8Array(encrypted), IV_BYTES);
      return sealed;
    },
    async open(sealed, additionalData) {
      if (sealed.length < IV_BYTES + TAG_BYTES) return undefined;
      const encrypted = sealed.subarray(IV_BYTES) as BufferSource;
      try {
        return new Uint8Array(await crypto.subtle.decrypt(parameters(sealed.subarray(0, IV_BYTES), additionalData), key, encrypted));
      } catch (error) {
        // OperationError is how WebCrypto says that the tag is another; anything else is a fault of its own.
        if ((error as Error).name === "OperationError") return undefined;
        throw error;
      }
    },
  };
}
