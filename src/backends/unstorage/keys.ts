import type { IndexName } from "../../backend.ts";

/**
 * The layout of keys, told in storage-schema.md. Everything variable in a key is a digest in hex, so
 * that no storage's own rewriting of keys can make two of them meet, and none carries a secret.
 */
export class Keys {
  readonly #namespace: string;
  readonly #record: RegExp;
  readonly #pointer: RegExp;

  /** Whether all keys lie in one slot of a Redis Cluster. */
  readonly hashTag: boolean;

  constructor(namespace: string, hashTag: boolean) {
    this.hashTag = hashTag;
    this.#namespace = hashTag ? `{${namespace}}` : namespace;
    const escaped = hashTag ? `\\{${namespace}\\}` : namespace;
    this.#record = new RegExp(`^${escaped}:r:([0-9a-f]{32})$`);
    this.#pointer = new RegExp(`^${escaped}:x:(user|account|access|refresh|grant):([0-9a-f]{32})$`);
  }

  record(digest: string): string {
    return `${this.#namespace}:r:${digest}`;
  }

  pointer(index: IndexName, digest: string): string {
    return `${this.#namespace}:x:${index}:${digest}`;
  }

  /** Below this lie all records, and perhaps a stranger's keys: ask {@link Keys.recordDigest}. */
  get records(): string {
    return `${this.#namespace}:r`;
  }

  get pointers(): string {
    return `${this.#namespace}:x`;
  }

  /** The digest in a record's key; undefined where the key is not a record's. */
  recordDigest(key: string): string | undefined {
    return this.#record.exec(key)?.[1];
  }

  isPointer(key: string): boolean {
    return this.#pointer.test(key);
  }

  /** What a pointer's key stands for; undefined where the key is not a pointer's. */
  pointerEntry(key: string): { index: IndexName; digest: string } | undefined {
    const [, index, digest] = this.#pointer.exec(key) ?? [];
    return digest === undefined ? undefined : { index: index as IndexName, digest };
  }
}
