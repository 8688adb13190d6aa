import { isSameRecord } from "../backend.ts";
import type { StoredRecord } from "../backend.ts";
import { Recent } from "../recent.ts";
import { copyOf, Keyring } from "./keyring.ts";
import type { Key, RecordContent } from "./keyring.ts";
import { whenDone } from "./primitives.ts";

/** Digests are asked for more often than records are opened: each record has an id and up to five index entries. */
const DIGESTS_PER_RECORD = 6;

/**
 * What one store has opened or written lately, so that it need not be decrypted again. A look-up reads the storage all the
 * same, and a remembered record serves it only where every byte that was read is the one that was opened. A save may begin
 * with what is remembered, where the commit compares every byte. So it saves time, and can't be out of date.
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

  /** What was just written, which need not be opened to be known. */
  note(record: StoredRecord, content: RecordContent): void {
    this.#opened.set(record.key, { record, content: copyOf(content) });
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
      digest: (kind, value) => this.#remembered([key.id, kind, ...value], () => key.digest(kind, value)),
      place: (identity, sequence) => this.#remembered([key.id, sequence, ...identity], () => key.place(identity, sequence)),
      seal: (header, content) => key.seal(header, content),
      open: (record) => {
        const known = this.#opened.get(record.key);
        if (known && isSameRecord(known.record, record)) {
          // What was read may carry more than what was written, such as its text.
          if (known.record !== record) this.#opened.set(record.key, { record, content: known.content });
          return copyOf(known.content);
        }
        return whenDone(key.open(record), (content) => {
          if (content) this.#opened.set(record.key, { record, content: copyOf(content) });
          return content;
        });
      },
      known: (recordKey) => this.#opened.get(recordKey)?.record,
    };
  }

  /** @param of what it is the digest of: of two of these no JSON is the same */
  #remembered(of: readonly unknown[], make: () => string | Promise<string>): string | Promise<string> {
    const name = JSON.stringify(of);
    return (
      this.#digests.get(name) ??
      whenDone(make(), (digest) => {
        this.#digests.set(name, digest);
        return digest;
      })
    );
  }
}
