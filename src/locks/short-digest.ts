/**
 * 128 bits of SHA-256 in hex: for what must stay out of the names and notes that others may see. Where there is no WebCrypto, on
 * an insecure origin, there is no lock but the process's own, and nobody else to see them: there it is the text itself.
 */
export async function shortDigest(text: string): Promise<string> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (!subtle) return text;
  const digest = new Uint8Array(await subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
