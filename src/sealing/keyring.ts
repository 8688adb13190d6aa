import type { StoredRecord } from "../backend.ts";
import { RecordCorruptError, SecretMismatchError } from "../errors.ts";
import type { IndexValue } from "../lookup.ts";
import type { StoredToken } from "../token.ts";
import type { Encoding } from "./encoding.ts";
import { openEnvelope, sealEnvelope } from "./envelope.ts";
import type { RecordHeader } from "./envelope.ts";
import { placeBy } from "./places.ts";
import type { Digest, Place } from "./places.ts";
import { whenDone } from "./primitives.ts";
import type { Cipher, Hmac } from "./primitives.ts";

/** 128 bits, in hex: enough that no two values ever meet, short enough for every storage's keys. */
const DIGEST_LENGTH = 32;

/** What a record's body holds. */
export interface RecordContent {
  readonly token: StoredToken;
  /** Whether the store derived the token's id, or the caller chose it. */
  readonly derived: boolean;
  /** Orders the saves of one millisecond: 0 for the first, counting up. */
  readonly tick: number;
}

/** What one secret is good for: digests of what is looked up, and the bodies of records. */
export interface Key {
  /** Names the key without telling anything about it. */
  readonly id: string;
  readonly digest: Digest;
  readonly place: Place;
  readonly seal: (header: RecordHeader, content: RecordContent) => unknown;
  /** Undefined where the record is not what {@link Key.seal} made of it. */
  readonly open: (record: StoredRecord) => RecordContent | undefined | Promise<RecordContent | undefined>;
  /** The record that was opened or written last under this record key, of keys that remember. */
  readonly known?: (recordKey: string) => StoredRecord | undefined;
}

/** The current key, which writes, and the previous ones, which still read. */
export class Keyring {
  readonly current: Key;
  readonly keys: readonly Key[];

  constructor(keys: readonly [Key, ...Key[]]) {
    this.current = keys[0];
    this.keys = keys;
  }

  /**
   * @throws {RecordCorruptError} where the record is damaged or not this store's
   * @throws {SecretMismatchError} where it was sealed with a key that is not on the ring
   */
  async open(record: StoredRecord): Promise<RecordContent> {
    const key = this.keys.find(({ id }) => id === record.keyId);
    if (!key && record.body !== undefined) throw secretMismatch();
    const content = await key?.open(record);
    if (content === undefined) throw recordCorrupt(record.key);
    return content;
  }
}

export interface KeyParts {
  readonly hmac: Hmac;
  /** Without it bodies are plain. */
  readonly cipher?: Cipher | undefined;
  readonly namespace: string;
  readonly encoding: Encoding;
}

/** The key over one HMAC key and one cipher. Digests of different namespaces and kinds never meet. */
export async function createKey({ hmac, cipher, namespace, encoding }: KeyParts): Promise<Key> {
  const digest = (kind: string, value: IndexValue): string | Promise<string> => {
    // JSON is injective where UTF-8 is not: it escapes lone surrogates instead of replacing them.
    const hash = hmac(JSON.stringify([namespace, kind, ...value]));
    return typeof hash === "string" ? hash.slice(0, DIGEST_LENGTH) : hash.then((hex) => hex.slice(0, DIGEST_LENGTH));
  };
  return {
    id: await digest("key", []),
    digest,
    place: placeBy(digest),
    seal: (header, content) => (cipher ? sealEnvelope(cipher, namespace, header, JSON.stringify(content), encoding) : content),
    open(record) {
      if (cipher) return whenDone(openEnvelope(cipher, namespace, record, encoding), (plaintext) => contentOf(record, parse(plaintext)));
      const content = contentOf(record, record.body);
      // A seal binds the record's key; without one, it has to be compared.
      return content && whenDone(digest("id", [content.token.id]), (key) => (key === record.key ? copyOf(content) : undefined));
    },
  };
}

function parse(plaintext: string | undefined): unknown {
  return plaintext === undefined ? undefined : JSON.parse(plaintext);
}

function contentOf(record: StoredRecord, content: unknown): RecordContent | undefined {
  return isContent(content) && content.token.version === record.version ? content : undefined;
}

export function copyOf(content: RecordContent): RecordContent {
  return { ...content, token: { ...content.token } };
}

function isContent(body: unknown): body is RecordContent {
  if (typeof body !== "object" || body === null) return false;
  const { token, derived, tick } = body as Record<keyof RecordContent, unknown>;
  return (
    typeof derived === "boolean" &&
    typeof tick === "number" &&
    typeof token === "object" &&
    token !== null &&
    typeof (token as StoredToken).id === "string" &&
    typeof (token as StoredToken).createdAt === "number" &&
    typeof (token as StoredToken).updatedAt === "number"
  );
}

export function recordCorrupt(recordKey: string): RecordCorruptError {
  return new RecordCorruptError(
    recordKey,
    `The record ${recordKey} is damaged or not this store's. Restore it from a backup, or remove it by sweepTokens(store, { unreadable: true }) and log in again.`,
  );
}

export function secretMismatch(): SecretMismatchError {
  return new SecretMismatchError(
    "This storage was written with another secret. Give that one too, as secret: [current, previous], and rotate; or choose another namespace.",
  );
}
