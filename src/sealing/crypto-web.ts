/** The primitives in browsers and workerd. */
import type { Cipher, Hmac } from "./primitives.ts";
import { webCipher, webHmac } from "./web-cipher.ts";

/** 32 bytes by HKDF-SHA-256 (RFC 5869), without salt. */
export async function hkdf(input: Uint8Array, info: Uint8Array): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey("raw", input as BufferSource, "HKDF", false, ["deriveBits"]);
  const parameters = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: info as BufferSource };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, 256));
}

export async function hmac(key: Uint8Array): Promise<Hmac> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return webHmac(await crypto.subtle.importKey("raw", key as BufferSource, algorithm, false, ["sign"]));
}

export async function aesGcm(key: Uint8Array): Promise<Cipher> {
  return webCipher(await crypto.subtle.importKey("raw", key as BufferSource, "AES-GCM", false, ["encrypt", "decrypt"]));
}

let encoder: TextEncoder | undefined;
let decoder: TextDecoder | undefined;

/** To make an encoder or a decoder takes longer than a record does. */
export function toUtf8(text: string): Uint8Array {
  return (encoder ??= new TextEncoder()).encode(text);
}

export function fromUtf8(bytes: Uint8Array): string {
  return (decoder ??= new TextDecoder()).decode(bytes);
}

export function toBase64Url(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** How base64url ends as it is written (RFC 4648 sections 3.5 and 5), behind the last four: no padding, no bits left over. */
const TAIL = /^(?:.[AQgw]|..[AEIMQUYcgkosw048])?$/;

/** Undefined unless it is spelled as {@link toBase64Url} spells it: `atob` passes over spaces and bits left over. */
export function fromBase64Url(text: string): Uint8Array | undefined {
  // One pattern for all of it would overflow the stack of some engines, from some megabytes on.
  if (/[^\w-]/.test(text) || !TAIL.test(text.slice(text.length & ~3))) return undefined;
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}
