/** The secondary indexes, each over one field or pair of fields of the token. */
export const INDEX_NAMES = ["user", "account", "access", "refresh", "grant"] as const;

/** The name of an index. */
export type IndexName = (typeof INDEX_NAMES)[number];

/**
 * What lies under the engine: opaque records, found by opaque keys. A backend knows nothing of tokens.
 *
 * It reports failure by throwing one of the store errors; an unreadable record is no failure but a
 * {@link StoredRecord} without a body, so that it can be told apart, listed and removed.
 */
export interface Backend {
  /** Whether records are sealed is not for the backend to know. */
  readonly capabilities: Omit<Capabilities, "sealed">;
  /**
   * Whether `commit` compares all of the stored record with `previous`, its body too, in one step with the writing. Then a
   * save may begin with what is remembered of the record, which spares it a read; default false.
   */
  readonly comparesBodies?: boolean;
  /**
   * Whether the key register was not there when it was last asked for, so that an update has to enter it as an insert does;
   * default false.
   */
  readonly lacksRegister?: boolean;
  /**
   * The record under this key, or undefined. Damage is a record without a body, not an error.
   *
   * `known` is what an earlier read of this key gave: where the very same bytes lie there, a backend may answer with it
   * and spare itself to parse them. Others leave it alone.
   */
  read(key: string, known?: StoredRecord): Promise<StoredRecord | undefined>;
  /** The records under an index entry. They are hints: the engine checks each against the query. `known` as in `read`. */
  lookup(index: IndexName, digest: string, known?: (key: string) => StoredRecord | undefined): Promise<StoredRecord[]>;
  /**
   * Inserts (no `previous`), updates, or deletes (no `next`), and moves the index with the record. Where
   * `next` has another key than `previous`, the record moves there, and the key must be free. Answers
   * false, having written nothing, where the stored record is not `previous` any more.
   */
  commit(previous: StoredRecord | undefined, next: StoredRecord | undefined): Promise<boolean>;
  /**
   * Writes the index entries of this record that are missing; only of backends where a crash can keep a
   * commit from writing them. Called when a save changes nothing, for its caller may be repeating one
   * that failed half-way.
   */
  completeIndex?(record: StoredRecord): Promise<void>;
  /**
   * Refuses a record that is too large to be kept; only of backends with such a limit. Called before the first
   * write of a save. @throws {TokenInvalidError}
   */
  assertFits?(record: StoredRecord): void;
  /** Begins a comparison of index and records; only of backends that write the two in several steps. */
  checkIndex?(options: IndexCheckOptions): IndexCheck;
  /** Every record, in pages. A record changed meanwhile may be seen before or after; none is seen twice. */
  scan(options: { pageSize: number }): AsyncIterable<StoredRecord[]>;
  /** Removes every record and index entry of this namespace, and nothing else. */
  clear(): Promise<void>;
  /** Lets go of the engine. The store calls it once, after the saves under way. */
  close(): Promise<void>;
}

/**
 * Compares the index with the records, beside live traffic. The caller goes through `entries`, then hands every
 * record to `record`, then calls `finish`: in that order, so that a record which lost an entry to somebody
 * else's write meanwhile gets it back.
 */
export interface IndexCheck {
  /** Every index entry, a page a step; removes those that lead astray. */
  entries(options: { pageSize: number }): AsyncIterable<void>;
  /** The entries that this record lacks; writes them. */
  record(record: StoredRecord): Promise<void>;
  /** What is left: damaged entries that no record asked for, files of interrupted writes. */
  finish(): Promise<void>;
}

/** What the maintenance functions hand to a backend for a check. */
export interface IndexCheckOptions {
  /** Whether to mend what is found. */
  readonly repair: boolean;
  /** To be counted into. */
  readonly counts: IndexCounts;
  /** Whether the record can be opened: of one that can't, the index proves nothing. */
  readonly isReadable: (record: StoredRecord) => Promise<boolean>;
}

/** What a check of the index has found so far. All but the first are faults. */
export interface IndexCounts {
  /** Index entries looked at. */
  pointers: number;
  /** Index entries that a record should have and has not. */
  missing: number;
  /** Lead to a record that has been saved since, and has another value now. */
  stale: number;
  /** Lead to a record that has another value, and was not saved since: the losers of a race. */
  wrong: number;
  /** Lead to no record. */
  dangling: number;
  /** Can't be read. */
  damaged: number;
  /** Files of interrupted writes. */
  orphans: number;
  /** How many of these were mended. */
  repaired: number;
}

/** What a backend keeps: opaque to it, but for the key, the index and the version. */
export interface StoredRecord {
  /** The digest of the token's id. */
  readonly key: string;
  /** Counts the commits of this record, from 1; 0 where the record is damaged. */
  readonly version: number;
  /** Names the key that made the digests and the body. */
  readonly keyId: string;
  /** The index entries that must find this record. */
  readonly index: RecordIndex;
  /** What that key made of the token; undefined where the record is damaged. */
  readonly body: unknown;
}

/** The digest under which each index finds a record; an index that does not is absent. */
export type RecordIndex = { readonly [Name in IndexName]?: string };

/** What an engine really promises. */
export interface Capabilities {
  /** The engine's name: `memory`, `indexeddb`, `durable-object`, or that of the unstorage driver. */
  readonly engine: string;
  /** A record and its index change together, and only over the version that was read, across processes. */
  readonly atomic: boolean;
  /** `strong`: a read that starts after a save sees it, wherever it runs. `eventual`: it may see an older state for a while. */
  readonly consistency: "strong" | "eventual";
  /** An acknowledged save survives a crash of this process at any moment, and no crash leaves a torn record. */
  readonly durable: boolean;
  /** The engine can expire keys by itself. */
  readonly ttl: boolean;
  /** Records are encrypted at rest. */
  readonly sealed: boolean;
  /** Tokens outlive the process or the page. */
  readonly persistent: boolean;
}

/** The record with its fields checked, or marked as damaged: whatever lies under a key becomes a record. */
export function parseRecord(key: string, value: unknown): StoredRecord {
  if (typeof value === "object" && value !== null) {
    const { version, keyId, index, body } = value as Record<string, unknown>;
    if (Number.isSafeInteger(version) && (version as number) > 0 && typeof keyId === "string" && isIndex(index) && body != null) {
      return { key, version: version as number, keyId, index, body };
    }
  }
  return { key, version: 0, keyId: "", index: {}, body: undefined };
}

/**
 * Whether the two were read from the same bytes. The version alone does not tell: a token that was deleted and saved anew
 * counts from 1 again.
 */
export function isSameRecord(stored: StoredRecord | undefined, previous: StoredRecord): boolean {
  if (stored === previous) return true;
  return (
    stored?.version === previous.version &&
    stored.keyId === previous.keyId &&
    INDEX_NAMES.every((name) => stored.index[name] === previous.index[name]) &&
    isSameBody(stored.body, previous.body)
  );
}

/** Bodies are JSON, and bytes in IndexedDB: envelopes, or the plain content. */
function isSameBody(left: unknown, right: unknown): boolean {
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return left === right;
  if (left instanceof Uint8Array || right instanceof Uint8Array) return isSameBytes(left, right);
  const [names, others] = [Object.keys(left), Object.keys(right)];
  return (
    names.length === others.length &&
    names.every((name) => isSameBody((left as Record<string, unknown>)[name], (right as Record<string, unknown>)[name]))
  );
}

function isSameBytes(left: object, right: object): boolean {
  if (!(left instanceof Uint8Array) || !(right instanceof Uint8Array) || left.length !== right.length) return false;
  // A tenth of what `every` takes, which calls a function for each byte.
  for (let position = 0; position < left.length; position++) if (left[position] !== right[position]) return false;
  return true;
}

function isIndex(index: unknown): index is RecordIndex {
  if (typeof index !== "object" || index === null) return false;
  return Object.keys(index).every((name) => isIndexName(name) && typeof (index as RecordIndex)[name] === "string");
}

export function isIndexName(name: unknown): name is IndexName {
  return (INDEX_NAMES as readonly unknown[]).includes(name);
}
