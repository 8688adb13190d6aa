/** The shortest piece of a secret that counts as a leak. */
const PIECE = 12;

/**
 * Which pieces of the values can be read out of the bytes: as they are, or as UTF-16, base64, base64url,
 * hex or percent-encoding. Every view of the bytes is searched for every piece, at every offset.
 */
export function findLeaks(dump: readonly Uint8Array[], values: readonly string[]): string[] {
  const pieces = new Set(values.flatMap(piecesOf));
  const leaks = new Set<string>();
  for (const bytes of dump) {
    for (const view of viewsOf(bytes)) {
      for (const piece of piecesOf(view)) if (pieces.has(piece)) leaks.add(piece);
    }
  }
  return [...leaks];
}

function piecesOf(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - PIECE + 1) }, (_, start) => text.slice(start, start + PIECE));
}

function viewsOf(bytes: Uint8Array): string[] {
  const text = latin1(bytes);
  return [
    text,
    ...[0, 1].flatMap((offset) => ["utf-16le", "utf-16be"].map((encoding) => new TextDecoder(encoding).decode(bytes.subarray(offset)))),
    ...runs(text, /[A-Za-z0-9+/_-]{16,}/g).flatMap(base64Views),
    ...runs(text, /[0-9A-Fa-f]{24,}/g).flatMap(hexViews),
    text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
  ];
}

function runs(text: string, pattern: RegExp): string[] {
  return text.match(pattern) ?? [];
}

/** A value may begin at any of the four places in a group. */
function base64Views(run: string): string[] {
  return [0, 1, 2, 3].map((offset) => {
    const rest = run.slice(offset).replaceAll("-", "+").replaceAll("_", "/");
    return atob(rest.slice(0, rest.length - (rest.length % 4)));
  });
}

function hexViews(run: string): string[] {
  return [0, 1].map((offset) =>
    (run.slice(offset).match(/../g) ?? []).map((code) => String.fromCharCode(Number.parseInt(code, 16))).join(""),
  );
}

/** Byte for byte, which TextDecoder's "latin1" is not. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += 4096) text += String.fromCharCode(...bytes.subarray(start, start + 4096));
  return text;
}
