/**
 * The lock of one token. The name may stand in a Redis key or in localStorage, and an id may be a
 * caller's user name: so it is digested. Where there is no WebCrypto, on an insecure origin, there is no
 * lock but the process's own, whose names nobody sees.
 */
export async function lockName(namespace: string, id: string): Promise<string> {
  const text = `${namespace}:${id}`;
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (!subtle) return `edge-token-store:refresh:${text}`;
  const digest = new Uint8Array(await subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return `edge-token-store:refresh:${Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
