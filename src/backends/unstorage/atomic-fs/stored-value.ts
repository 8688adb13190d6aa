import { OptionInvalidError } from "../../../errors.ts";

/*
 * A file holds the value in UTF-8 and nothing else, as unstorage's own `fs` driver writes it. One that
 * was set with a ttl begins with a line of its own: NUL, "expires ", epoch milliseconds, line feed. NUL
 * begins no JSON; a value that does begin with it gets such a line too, with "never" in it.
 */
const HEADER = /^\0expires (never|\d{1,16})\n/;

/** As many bytes as the longest header has. */
export const MAX_HEADER_BYTES = 26;

export interface StoredValue {
  /** Epoch milliseconds; undefined for a value that stays. */
  readonly expiresAt: number | undefined;
  readonly headerBytes: number;
}

/** @throws {OptionInvalidError} where the ttl is no positive number of seconds */
export function encodeValue(value: string, ttl: unknown): string {
  if (ttl == null) return value.startsWith("\0") ? `\0expires never\n${value}` : value;
  const expiresAt = typeof ttl === "number" && ttl > 0 ? Math.ceil(Date.now() + ttl * 1000) : Number.NaN;
  if (!Number.isSafeInteger(expiresAt)) throw new OptionInvalidError("The option ttl must be a positive number of seconds.");
  return `\0expires ${expiresAt}\n${value}`;
}

/** What the beginning of a file tells of it; at least {@link MAX_HEADER_BYTES} or all there is. */
export function parseHeader(start: Buffer): StoredValue {
  const [header, expires] = HEADER.exec(start.toString("latin1", 0, MAX_HEADER_BYTES)) ?? [];
  return { expiresAt: expires === undefined || expires === "never" ? undefined : Number(expires), headerBytes: header?.length ?? 0 };
}

export function isExpired({ expiresAt }: StoredValue): boolean {
  return expiresAt !== undefined && expiresAt <= Date.now();
}
