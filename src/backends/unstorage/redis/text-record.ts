import type { RecordIndex, StoredRecord } from "../../../backend.ts";

/** A record that knows the text it was read from: the surest sign that it is still the same, and all that a damaged one has. */
export class TextRecord implements StoredRecord {
  readonly key: string;
  readonly version: number;
  readonly keyId: string;
  readonly index: RecordIndex;
  readonly body: unknown;
  readonly #text: string;

  constructor({ key, version, keyId, index, body }: StoredRecord, text: string) {
    this.key = key;
    this.version = version;
    this.keyId = keyId;
    this.index = index;
    this.body = body;
    this.#text = text;
  }

  /** Undefined where the record was not read from a text. */
  static textOf(record: StoredRecord): string | undefined {
    return #text in record ? record.#text : undefined;
  }
}
