import type { IndexName, StoredRecord } from "../../backend.ts";

/** What a binding to `TokenStoreObject` has to offer: the platform's `DurableObjectNamespace` fits. */
export interface ObjectNamespace {
  /** The id of the object with this name. */
  idFromName(name: string): unknown;
  /** The stub that calls it. */
  get(id: unknown): unknown;
}

/** A record as it travels and lies in the object. What the body is made of is not for the object to know: it is JSON text. */
export interface RecordRow extends Omit<StoredRecord, "body"> {
  readonly body: string;
}

export interface Commit {
  readonly previous: RecordRow | undefined;
  readonly next: RecordRow | undefined;
  /** An earlier try may have arrived, its answer lost. */
  readonly repeated: boolean;
}

export interface RecordPage {
  readonly rows: RecordRow[];
  /** Whether there may be more after the last row. */
  readonly more: boolean;
}

/** An object that holds records of a store with another `shard` says so. An error would lose its class on the way. */
export type Answer<Result> = { readonly result: Result } | { readonly spreadOver: number };

/** What a store calls. Each call names the number of objects that the store believes its records are spread over. */
export interface RecordCalls {
  /** The record under this key. */
  readRecord(shard: number, key: string): Promise<Answer<RecordRow | undefined>>;
  /** The records under an index entry. */
  lookUpRecords(shard: number, index: IndexName, digest: string): Promise<Answer<RecordRow[]>>;
  /** Answers false, having written nothing, where another record is stored than `previous`. */
  commitRecord(shard: number, commit: Commit): Promise<Answer<boolean>>;
  /** The records after that key, in the order of their keys. */
  listRecords(shard: number, after: string, limit: number): Promise<Answer<RecordPage>>;
  /** Removes all records. */
  clearRecords(shard: number): Promise<Answer<void>>;
}

/** What a lock calls. `token` names one request for the lock; every call may be repeated. */
export interface LockCalls {
  /** Queues the request, or keeps it there, and waits a while. Answers whether it holds the lock. */
  acquireLock(token: string, leaseMs: number): Promise<boolean>;
  /** Answers false where the lease has run out. */
  renewLock(token: string, leaseMs: number): Promise<boolean>;
  /** Gives the lock up, or leaves the queue. */
  releaseLock(token: string): Promise<void>;
  /** The note that was left with the lock, if its time is not over. */
  readNote(): Promise<string | undefined>;
  /** Leaves a note for that many milliseconds. */
  writeNote(text: string, ttlMs: number): Promise<void>;
}
