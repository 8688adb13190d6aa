import { INDEX_NAMES } from "../backend.ts";
import type { StoredRecord } from "../backend.ts";
import { Recent } from "../recent.ts";
import { copyOf, Keyring } from "./keyring.ts";
import type { Key, RecordContent } from "./keyring.ts";
import { whenDone } from "./primitives.ts";

/** Digests are asked for more often than records are opened: each record has an id and up to five index entries. */
const DIGESTS_PER_RECORD = 6;

/**
 * What one store has opened lately, so that it need not be decrypted again. The storage is read all the
 * same, and a remembered record serves only where every byte that was read is the one that was opened: it
 * saves time and can't be out of date.
 */
export class Memo {
  readonly #opened: Recent<{ record: StoredRecord; content: RecordContent }>;
  readonly #digests: Recent<string>;
  #source: Keyring | undefined;
  #keyring: Keyring | undefined;

  /** @param size how many opened records to keep */
  constructor(size: number) {
    this.#opened = new Recent(size);
    this.#digests = new Recent(size * DIGESTS_PER_RECORD);
  }

  /** The same keys, which remember. Where a browser's database went, its keys are others, and all is forgotten. */
  over(keyring: Keyring): Keyring {
    if (this.#keyring && this.#source === keyring) return this.#keyring;
    this.clear();
    this.#source = keyring;
    const [current, ...previous] = keyring.keys.map((key) => this.#remembering(key));
    this.#keyring = new Keyring([current!, ...previous]);
    return this.#keyring;
  }

  /** Of a token that was deleted nothing stays; which of the digests are its own is not known. */
  forget(recordKey: string): void {
    this.#opened.delete(recordKey);
    this.#digests.clear();
  }

  clear(): void {
    this.#opened.clear();
    this.#digests.clear();
  }

  #remembering(key: Key): Key {
    return {
      id: key.id,
      digest: (kind, value) => {
        const name = JSON.stringify([key.id, kind, ...value]);
        return this.#digests.get(name) ?? whenDone(key.digest(kind, value), (digest) => this.#noteDigest(name, digest));
      },
      seal: (header, content) => key.seal(header, content),
      open: (record) => {
        const known = this.#opened.get(record.key);
        if (known && isSame(known.record, record)) return copyOf(known.content);
        return whenDone(key.open(record), (content) => {
          if (content) this.#opened.set(record.key, { record, content: copyOf(content) });
          return content;
        });
      },
      known: (recordKey) => this.#opened.get(recordKey)?.record,
    };
  }

  #noteDigest(name: string, digest: string): string {
    this.#digests.set(name, digest);
    return digest;
  }
}

/** Whether the two were read from the same bytes. */
function isSame(left: StoredRecord, right: StoredRecord): boolean {
  if (left === right) return true;
  return (
    left.version === right.version &&
    left.keyId === right.keyId &&
    INDEX_NAMES.every((name) => left.index[name] === right.index[name]) &&
    sameBody(left.body, right.body)
  );
}

/** Bodies are JSON, and bytes in IndexedDB: envelopes, or the plain content. */
function sameBody(left: unknown, right: unknown): boolean {
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return left === right;
  if (left instanceof Uint8Array || right instanceof Uint8Array) return sameBytes(left, right);
  const [names, others] = [Object.keys(left), Object.keys(right)];
  return (
    names.length === others.length &&
    names.every((name) => sameBody((left as Record<string, unknown>)[name], (right as Record<string, unknown>)[name]))
  );
}

function sameBytes(left: object, right: object): boolean {
  if (!(left instanceof Uint8Array) || !(right instanceof Uint8Array) || left.length !== right.length) return false;
  return left.every((byte, position) => byte === right[position]);
}
