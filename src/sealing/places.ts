import type { IndexValue } from "../lookup.ts";
import { whenDone } from "./primitives.ts";

export type Digest = (kind: string, value: IndexValue) => string | Promise<string>;

/**
 * The key of the record that the token of an account, or of a grant, gets when it is new: its derived id's. Where another token took
 * that place first, sequence 1 is the next, and so on.
 */
export type Place = (identity: IndexValue, sequence: number) => string | Promise<string>;

export function recordKey({ digest }: { readonly digest: Digest }, id: string): string | Promise<string> {
  return digest("id", [id]);
}

export function derivedId({ digest }: { readonly digest: Digest }, identity: IndexValue, sequence: number): string | Promise<string> {
  return digest("derived-id", [...identity, String(sequence)]);
}

export function placeBy(digest: Digest): Place {
  return (identity, sequence) => whenDone(derivedId({ digest }, identity, sequence), (id) => recordKey({ digest }, id));
}
