import { hasTable, isEmpty } from "./object-storage.ts";
import type { ObjectStorage } from "./object-storage.ts";

/** How long one call waits in the object, in milliseconds, before its caller has to ask again and so show that it is alive. */
const WAIT_MS = 5_000;
/** How long a place in the queue is kept after that for a caller who has not asked again. */
const GRACE_MS = 3_000;

const SCHEMA = [
  "CREATE TABLE lock_requests (token TEXT PRIMARY KEY, position INTEGER NOT NULL, held INTEGER NOT NULL, lease_ms INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE TABLE lock_notes (text TEXT NOT NULL, until INTEGER NOT NULL)",
];

/**
 * One lock in one Durable Object: a queue on disk, first come first served, whose head holds the lock. Each request counts
 * until a time: the holder until its lease runs out, who waits until it should have asked again. The alarm removes what is
 * over, and comes even if the object was evicted meanwhile. Who waits inside the object is woken at once; after an
 * eviction its caller asks again and finds its place.
 */
export class LockQueue {
  readonly #storage: ObjectStorage;
  readonly #waiting = new Map<string, () => void>();
  #ready: boolean;
  /** When the alarm is due; undefined where that is not known. */
  #alarm: number | undefined;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    this.#ready = hasTable(storage, "lock_requests");
  }

  async acquire(token: string, leaseMs: number): Promise<boolean> {
    this.#prepare();
    const { sql } = this.#storage;
    this.#settle();
    // Where the answer to an earlier call was lost, the request is queued already, or even holds the lock.
    sql.exec(
      `INSERT INTO lock_requests SELECT ?1, coalesce(max(position), 0) + 1, 0, ?2, ?3 + ?4 FROM lock_requests
       WHERE true ON CONFLICT (token) DO UPDATE SET until = iif(held, ?3 + lease_ms, excluded.until)`,
      token,
      leaseMs,
      Date.now(),
      WAIT_MS + GRACE_MS,
    );
    this.#settle();
    await this.#setAlarm();
    if (!this.#holds(token)) await this.#wait(token);
    return this.#holds(token);
  }

  async renew(token: string, leaseMs: number): Promise<boolean> {
    if (!this.#ready) return false;
    this.#settle();
    this.#storage.sql.exec("UPDATE lock_requests SET until = ? WHERE token = ? AND held = 1", Date.now() + leaseMs, token);
    await this.#setAlarm();
    return this.#holds(token);
  }

  async release(token: string): Promise<void> {
    if (!this.#ready) return;
    this.#storage.sql.exec("DELETE FROM lock_requests WHERE token = ?", token);
    this.#waiting.get(token)?.();
    this.#settle();
    await this.#setAlarm();
  }

  readNote(): string | undefined {
    if (!this.#ready) return undefined;
    const [note] = this.#storage.sql.exec("SELECT text FROM lock_notes WHERE until > ?", Date.now());
    return note?.["text"] as string | undefined;
  }

  async writeNote(text: string, ttlMs: number): Promise<void> {
    this.#prepare();
    this.#storage.transactionSync(() => {
      this.#storage.sql.exec("DELETE FROM lock_notes");
      this.#storage.sql.exec("INSERT INTO lock_notes VALUES (?, ?)", text, Date.now() + ttlMs);
    });
    await this.#setAlarm();
  }

  /** What ran out goes, the next in the queue gets the lock, and an object in which nothing is left leaves no tables behind. */
  async alarm(): Promise<void> {
    this.#alarm = undefined;
    if (!this.#ready) return;
    this.#settle();
    this.#storage.sql.exec("DELETE FROM lock_notes WHERE until <= ?", Date.now());
    if (this.#nextEnd() !== undefined) return this.#setAlarm();
    this.#storage.transactionSync(() => {
      for (const table of ["lock_requests", "lock_notes"]) this.#storage.sql.exec(`DROP TABLE ${table}`);
    });
    this.#ready = false;
    // The platform forgets an object whose storage is empty. Not where a subclass keeps something of its own in it.
    if (isEmpty(this.#storage)) await this.#storage.deleteAll();
  }

  #prepare(): void {
    if (this.#ready) return;
    this.#storage.transactionSync(() => {
      for (const statement of SCHEMA) this.#storage.sql.exec(statement);
    });
    this.#ready = true;
  }

  /** Removes whose time is over, and gives a free lock to whoever has waited longest. */
  #settle(): void {
    const { sql } = this.#storage;
    const now = Date.now();
    sql.exec("DELETE FROM lock_requests WHERE until <= ?", now);
    const [head] = sql.exec("SELECT token, held, lease_ms FROM lock_requests ORDER BY position LIMIT 1");
    if (!head || head["held"] === 1) return;
    sql.exec("UPDATE lock_requests SET held = 1, until = ? WHERE token = ?", now + (head["lease_ms"] as number), head["token"]!);
    this.#waiting.get(head["token"] as string)?.();
  }

  #holds(token: string): boolean {
    if (!this.#ready) return false;
    const [held] = this.#storage.sql.exec("SELECT 1 FROM lock_requests WHERE token = ? AND held = 1", token);
    return held !== undefined;
  }

  #wait(token: string): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        if (this.#waiting.get(token) === wake) this.#waiting.delete(token);
        resolve();
      };
      const timer = setTimeout(wake, WAIT_MS);
      this.#waiting.set(token, wake);
    });
  }

  #nextEnd(): number | undefined {
    const [next] = this.#storage.sql.exec(
      "SELECT min(until) AS until FROM (SELECT until FROM lock_requests UNION ALL SELECT until FROM lock_notes)",
    );
    return (next?.["until"] as number | null | undefined) ?? undefined;
  }

  /** One that is due earlier stays: setting an alarm is a write, and it sets itself anew. */
  async #setAlarm(): Promise<void> {
    const end = this.#nextEnd();
    if (end === undefined || (this.#alarm !== undefined && this.#alarm <= end)) return;
    this.#alarm = end;
    await this.#storage.setAlarm(end);
  }
}
