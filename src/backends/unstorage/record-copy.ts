import type { RecordIndex, StoredRecord } from "../../backend.ts";

/** A record to which a subclass adds what is known of how it was read: a look-up makes one each time, for which a `WeakMap` is too slow. */
export class RecordCopy implements StoredRecord {
  readonly key: string;
  readonly version: number;
  readonly keyId: string;
  readonly index: RecordIndex;
  readonly body: unknown;

  constructor({ key, version, keyId, index, body }: StoredRecord) {
    this.key = key;
    this.version = version;
    this.keyId = keyId;
    this.index = index;
    this.body = body;
  }
}
