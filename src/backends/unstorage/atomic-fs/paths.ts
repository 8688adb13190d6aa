import { OptionInvalidError } from "../../../errors.ts";
import { hasOwnPrefix } from "./temporary-file.ts";

/** What ext4, XFS, APFS, ZFS and most others hold as the name of one file, in bytes of UTF-8. */
const MAX_SEGMENT_BYTES = 255;

/** unstorage takes the three for the same in a key. */
const SEPARATOR = /[:/\\]/;

/**
 * The directories and the file that a key leads to, as unstorage's own `fs` driver would have them.
 * Messages tell what is wrong but not with which key: this driver can't know what is in one.
 *
 * @throws {OptionInvalidError} where the key has a part that is no file's name, or not only its own
 */
export function segmentsOfKey(key: string): string[] {
  if (typeof key !== "string") throw new OptionInvalidError("The key must be a string.");
  const segments = key.split(SEPARATOR);
  const fault = segments.map(faultOf).find((found) => found !== undefined);
  if (fault === undefined) return segments;
  throw new OptionInvalidError(`A part of the key ${fault}. Choose another key: each part between ":" becomes the name of a file.`);
}

/** The same for what keys begin with; none at all for an empty one. @throws {OptionInvalidError} */
export function segmentsOfBase(base: string | undefined): string[] {
  const trimmed = (base ?? "").replace(/^[:/\\]|[:/\\]$/g, "");
  return trimmed === "" ? [] : segmentsOfKey(trimmed);
}

/** Whether a file of that name can be a key's. Others in the directory are somebody else's. */
export function isSegment(name: string): boolean {
  return !SEPARATOR.test(name) && faultOf(name) === undefined;
}

function faultOf(segment: string): string | undefined {
  if (segment === "") return "is empty";
  if (segment === "." || segment === "..") return 'is "." or ".."';
  if (segment.includes("\0")) return "has a NUL in it";
  // Node would write U+FFFD for each: two keys would meet in one file.
  if (/\p{Surrogate}/u.test(segment)) return "is not well-formed Unicode";
  if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return `is longer than ${MAX_SEGMENT_BYTES} bytes`;
  if (hasOwnPrefix(segment)) return "is a name of the driver's own files";
  return undefined;
}
