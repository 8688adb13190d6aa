import type { StoredRecord } from "../../../backend.ts";
import { RecordCopy } from "../record-copy.ts";

/** A record that knows the text it was read from: the surest sign that it is still the same, and all that a damaged one has. */
export class TextRecord extends RecordCopy {
  readonly #text: string;

  constructor(record: StoredRecord, text: string) {
    super(record);
    this.#text = text;
  }

  /** Undefined where the record was not read from a text. */
  static textOf(record: StoredRecord): string | undefined {
    return #text in record ? record.#text : undefined;
  }
}
