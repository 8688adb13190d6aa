import { RecordCorruptError } from "../../errors.ts";

/** Leads from an index entry to a record; `version` is the record's when the pointer was written. */
export interface Pointer {
  readonly key: string;
  readonly version: number;
}

/** What lies under a pointer key: one pointer nearly always, more where records share the value. */
export interface PointerList {
  readonly pointers: readonly Pointer[];
}

/** @throws {RecordCorruptError} where the value is no pointer list: it may have led to the record asked for */
export function parsePointers(pointerKey: string, value: unknown): readonly Pointer[] {
  if (value == null) return [];
  if (isPointerList(value)) return value.pointers;
  throw new RecordCorruptError(
    pointerKey,
    `The index entry ${pointerKey} is damaged or was not written by this store. Look up by another field, or save the token again.`,
  );
}

/** The same for who is going to replace the list anyway: a damaged one leads nowhere. */
export function pointersOf(value: unknown): readonly Pointer[] {
  return isPointerList(value) ? value.pointers : [];
}

export function isPointerList(value: unknown): value is PointerList {
  const { pointers } = (value ?? {}) as { pointers?: unknown };
  return Array.isArray(pointers) && pointers.every(isPointer);
}

function isPointer(value: unknown): value is Pointer {
  if (typeof value !== "object" || value === null) return false;
  const { key, version } = value as Record<string, unknown>;
  return typeof key === "string" && /^[0-9a-f]{32}$/.test(key) && Number.isSafeInteger(version);
}

export function withPointer(pointers: readonly Pointer[], pointer: Pointer): PointerList {
  return { pointers: [...pointers, pointer] };
}

export function withoutPointer(pointers: readonly Pointer[], key: string): readonly Pointer[] {
  return pointers.filter((pointer) => pointer.key !== key);
}
