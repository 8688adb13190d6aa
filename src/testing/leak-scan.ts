/** The shortest piece of a secret that counts as a leak, in characters. */
const PIECE = 12;
/** The shortest run of base64 and of hex that can hold a piece. */
const BASE64_RUN = 16;
const HEX_RUN = 24;

/** Code units: of text, or bytes one by one. */
type Units = Uint8Array | Uint16Array;

/**
 * Which pieces of the values can be read out of the bytes: as they are, or as UTF-16, base64, base64url,
 * hex or percent-encoding. Every view of the bytes is searched for every piece, at every offset.
 */
export function findLeaks(dump: readonly Uint8Array[], values: readonly string[]): string[] {
  const pieces = new Pieces(values);
  const leaks = new Set<string>();
  for (const bytes of dump) for (const view of viewsOf(bytes)) pieces.findIn(view, leaks);
  return [...leaks];
}

/**
 * All pieces of the values, with a filter before them: a bit for the first and one for the last four
 * units of each. Nearly every place of a view is passed over by it, so that no string is made there.
 */
class Pieces {
  static readonly #FILTER_BITS = 2 ** 22;
  readonly #pieces = new Set<string>();
  readonly #filter: Uint8Array = new Uint8Array(Pieces.#FILTER_BITS / 8);

  constructor(values: readonly string[]) {
    for (const value of values) {
      this.#add(value);
      this.#add(Array.from(new TextEncoder().encode(value), (byte) => String.fromCharCode(byte)).join(""));
    }
  }

  findIn(view: Units, leaks: Set<string>): void {
    for (let start = 0; start + PIECE <= view.length; start++) {
      if (!this.#passes(gram(view, start)) || !this.#passes(gram(view, start + PIECE - 4))) continue;
      const piece = String.fromCharCode(...view.subarray(start, start + PIECE));
      if (this.#pieces.has(piece)) leaks.add(piece);
    }
  }

  #add(value: string): void {
    const units = Uint16Array.from({ length: value.length }, (_, position) => value.charCodeAt(position));
    for (let start = 0; start + PIECE <= units.length; start++) {
      this.#pieces.add(value.slice(start, start + PIECE));
      for (const bit of [gram(units, start), gram(units, start + PIECE - 4)]) this.#filter[bit >>> 3]! |= 1 << (bit & 7);
    }
  }

  #passes(bit: number): boolean {
    return (this.#filter[bit >>> 3]! & (1 << (bit & 7))) !== 0;
  }
}

/** Where in the filter four units stand: the 22 upper bits of a multiplicative hash. */
function gram(units: Units, start: number): number {
  const four = units[start]! ^ (units[start + 1]! << 8) ^ (units[start + 2]! << 16) ^ (units[start + 3]! << 24);
  return Math.imul(four, 0x9e3779b1) >>> 10;
}

function* viewsOf(bytes: Uint8Array): Generator<Units> {
  yield bytes;
  for (const offset of [0, 1]) {
    yield utf16(bytes, offset, 0);
    yield utf16(bytes, offset, 1);
  }
  for (const run of runs(bytes, SEXTETS, BASE64_RUN)) {
    // A value may begin at any of the four places in a group.
    for (const offset of [0, 1, 2, 3]) yield base64(run.subarray(offset));
  }
  for (const run of runs(bytes, NIBBLES, HEX_RUN)) for (const offset of [0, 1]) yield hex(run.subarray(offset));
  if (bytes.includes(PERCENT)) yield percent(bytes);
}

const PERCENT = "%".charCodeAt(0);
/** Stands in a table for a byte that is no digit. */
const NONE = 255;
const SEXTETS: Uint8Array = digits("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", "-_", 62);
const NIBBLES: Uint8Array = digits("0123456789abcdef", "ABCDEF", 10);

/** What each byte stands for as a digit; `others` are a second spelling of the digits from `from` on. */
function digits(alphabet: string, others: string, from: number): Uint8Array {
  const table = new Uint8Array(256).fill(NONE);
  for (let digit = 0; digit < alphabet.length; digit++) table[alphabet.charCodeAt(digit)] = digit;
  for (let digit = 0; digit < others.length; digit++) table[others.charCodeAt(digit)] = from + digit;
  return table;
}

/** The digits of every run of them that is long enough. */
function* runs(bytes: Uint8Array, table: Uint8Array, shortest: number): Generator<Uint8Array> {
  let start = 0;
  for (let position = 0; position <= bytes.length; position++) {
    if (position < bytes.length && table[bytes[position]!] !== NONE) continue;
    if (position - start >= shortest) yield bytes.subarray(start, position).map((byte) => table[byte]!);
    start = position + 1;
  }
}

function utf16(bytes: Uint8Array, offset: number, highFirst: 0 | 1): Uint16Array {
  const units = new Uint16Array(Math.max(0, bytes.length - offset) >> 1);
  for (let position = 0; position < units.length; position++) {
    const at = offset + 2 * position;
    units[position] = bytes[at + highFirst]! | (bytes[at + 1 - highFirst]! << 8);
  }
  return units;
}

function base64(sextets: Uint8Array): Uint8Array {
  const bytes = new Uint8Array((sextets.length * 3) >> 2);
  for (let from = 0, to = 0; from < sextets.length; from += 4) {
    const group = (sextets[from]! << 18) | ((sextets[from + 1] ?? 0) << 12) | ((sextets[from + 2] ?? 0) << 6) | (sextets[from + 3] ?? 0);
    bytes[to++] = group >> 16;
    bytes[to++] = group >> 8;
    bytes[to++] = group;
  }
  return bytes;
}

function hex(nibbles: Uint8Array): Uint8Array {
  return new Uint8Array(nibbles.length >> 1).map((_, position) => (nibbles[2 * position]! << 4) | nibbles[2 * position + 1]!);
}

function percent(bytes: Uint8Array): Uint8Array {
  const decoded: number[] = [];
  for (let position = 0; position < bytes.length; position++) {
    const [high = NONE, low = NONE] = bytes.subarray(position + 1, position + 3).map((byte) => NIBBLES[byte]!);
    if (bytes[position] === PERCENT && high !== NONE && low !== NONE) {
      decoded.push((high << 4) | low);
      position += 2;
    } else decoded.push(bytes[position]!);
  }
  return Uint8Array.from(decoded);
}
