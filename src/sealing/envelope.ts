import { fromUtf8, toUtf8 } from "#crypto";
import { INDEX_NAMES } from "../backend.ts";
import type { StoredRecord } from "../backend.ts";
import type { Encoding } from "./encoding.ts";
import { whenDone } from "./primitives.ts";
import type { Cipher } from "./primitives.ts";

/** Told in storage-schema.md; another number is another way to seal. */
const FORMAT = 1;

/** A sealed record body. */
interface Envelope {
  readonly format: typeof FORMAT;
  readonly keyId: string;
  /** As the storage keeps bytes. */
  readonly sealed: unknown;
}

/** The parts of a record that stay readable, and that the seal binds. */
export type RecordHeader = Omit<StoredRecord, "body">;

export async function sealEnvelope(
  cipher: Cipher,
  namespace: string,
  header: RecordHeader,
  plaintext: string,
  { encode }: Encoding,
): Promise<Envelope> {
  const sealed = await cipher.seal(toUtf8(plaintext), additionalData(namespace, header));
  return { format: FORMAT, keyId: header.keyId, sealed: encode(sealed) };
}

/** Undefined where the body is no envelope of this key, or not the one of this record. */
export function openEnvelope(
  cipher: Cipher,
  namespace: string,
  record: StoredRecord,
  { decode }: Encoding,
): string | undefined | Promise<string | undefined> {
  const { format, keyId, sealed } = (record.body ?? {}) as Partial<Record<keyof Envelope, unknown>>;
  if (format !== FORMAT || keyId !== record.keyId) return undefined;
  const bytes = decode(sealed);
  if (!bytes) return undefined;
  return whenDone(cipher.open(bytes, additionalData(namespace, record)), (plaintext) => plaintext && fromUtf8(plaintext));
}

/**
 * What the seal vouches for beside the body: nobody who can write to the storage can move a record to
 * another key or namespace, edit its version, or lead an index entry to it.
 */
function additionalData(namespace: string, { key, version, keyId, index }: RecordHeader): Uint8Array {
  const entries = INDEX_NAMES.map((name) => index[name] ?? null);
  return toUtf8(JSON.stringify([FORMAT, namespace, keyId, key, version, ...entries]));
}
