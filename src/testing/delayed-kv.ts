/** How long a location may go on answering what it has read before, a miss too. */
const VISIBLE_AFTER_MS = 60_000;
const MS_BETWEEN_WRITES_OF_A_KEY = 1000;
const MIN_EXPIRATION_TTL_SECONDS = 60;
const MAX_KEY_BYTES = 512;
const MAX_KEYS_LISTED = 1000;
const MAX_KEYS_READ = 100;

/** How the simulated KV behaves. */
export interface DelayedKVOptions {
  /** The clock, in epoch milliseconds. */
  readonly now: () => number;
  /** From 0 up to 1: when a location that has not read the key lately sees a write. */
  readonly random: () => number;
  /** How long a request takes, in milliseconds by setTimeout; default: it answers at once. */
  readonly latencyMs?: () => number;
}

/** The part of a `KVNamespace` that is simulated; values are text. */
export interface DelayedKVBinding {
  get(key: string): Promise<string | null>;
  get(keys: string[]): Promise<Map<string, string | null>>;
  getWithMetadata(key: string): Promise<{ value: string | null; metadata: null; cacheStatus: null }>;
  put(key: string, value: string, options?: { expirationTtl?: number | undefined }): Promise<void>;
  delete(key: string): Promise<void>;
  list(options?: { prefix?: string; limit?: number; cursor?: string }): Promise<KVPage>;
}

type KVPage = { keys: { name: string }[] } & ({ list_complete: true } | { list_complete: false; cursor: string });

interface Write {
  /** Null where the key was deleted. */
  readonly value: string | null;
  readonly at: number;
  readonly expiresAt: number;
  /** From when on each location sees it. */
  readonly visibleAt: Map<string, number>;
}

interface Key {
  /** The oldest first. */
  readonly writes: Write[];
  /** Until when a location keeps what it last read. */
  readonly keptUntil: Map<string, number>;
}

/** Requests, not keys: a bulk read is one, as KV counts them. */
export interface KVRequests {
  /** Reads, bulk reads too. */
  gets: number;
  /** Writes. */
  puts: number;
  /** Deletions. */
  deletes: number;
  /** Pages of a listing. */
  lists: number;
  /** Of the puts and deletes, those that were answered with 429. */
  refused: number;
}

/**
 * Workers KV as its documentation describes it, in memory and by a clock of the caller's: what a write
 * changes is seen elsewhere only after a while, and so is what was missing. One namespace, seen from as
 * many locations as are asked for.
 *
 * Sources: https://developers.cloudflare.com/kv/concepts/how-kv-works/ and …/kv/platform/limits/
 */
export class DelayedKV {
  /** What was asked for so far, everywhere. */
  readonly requests: KVRequests = { gets: 0, puts: 0, deletes: 0, lists: 0, refused: 0 };
  readonly #options: DelayedKVOptions;
  readonly #locations = new Set<string>();
  readonly #keys = new Map<string, Key>();

  constructor(options: DelayedKVOptions) {
    this.#options = options;
  }

  /** The namespace as a Worker at this location has it. A location sees its own writes at once. */
  at(location: string): DelayedKVBinding {
    this.#locations.add(location);
    const request = async <Result>(count: keyof KVRequests, answer: () => Result): Promise<Result> => {
      this.requests[count]++;
      const { latencyMs } = this.#options;
      if (latencyMs) await new Promise((resolve) => setTimeout(resolve, latencyMs()));
      return answer();
    };
    const get = (keys: string | string[]) => request("gets", () => this.#get(keys, location));
    return {
      get: get as DelayedKVBinding["get"],
      getWithMetadata: (key) => request("gets", () => ({ value: this.#read(key, location), metadata: null, cacheStatus: null })),
      put: (key, value, { expirationTtl } = {}) => request("puts", () => this.#put(key, value, expirationTtl, location)),
      delete: (key) => request("deletes", () => this.#write("DELETE", key, null, Infinity, location)),
      list: (options = {}) => request("lists", () => this.#list(options, location)),
    };
  }

  /** The names of all keys that were ever used. */
  keys(): IterableIterator<string> {
    return this.#keys.keys();
  }

  #get(keys: string | string[], location: string): string | null | Map<string, string | null> {
    if (typeof keys === "string") return this.#read(keys, location);
    if (keys.length > MAX_KEYS_READ) throw new Error(`KV GET_BULK failed: 400 You can request a maximum of ${MAX_KEYS_READ} keys`);
    return new Map(keys.map((key) => [key, this.#read(key, location)]));
  }

  #read(name: string, location: string): string | null {
    assertKey("GET", name);
    const now = this.#options.now();
    const key = this.#key(name);
    // What is kept does not live longer for being read again: a write is seen everywhere after that time.
    if (now >= (key.keptUntil.get(location) ?? 0)) key.keptUntil.set(location, now + VISIBLE_AFTER_MS);
    return this.#visible(key, location);
  }

  #visible({ writes }: Key, location: string): string | null {
    const now = this.#options.now();
    // A location that was not there yet keeps nothing: it sees all.
    const seen = writes.findLast(({ visibleAt }) => now >= (visibleAt.get(location) ?? 0));
    return seen && now < seen.expiresAt ? seen.value : null;
  }

  #put(name: string, value: string, ttl: number | undefined, location: string): void {
    if (typeof value !== "string") throw new TypeError("This KV takes only text.");
    if (ttl !== undefined && !(ttl >= MIN_EXPIRATION_TTL_SECONDS)) {
      throw new Error(
        `KV PUT failed: 400 Invalid expiration_ttl of ${ttl}. Expiration TTL must be at least ${MIN_EXPIRATION_TTL_SECONDS}.`,
      );
    }
    this.#write("PUT", name, value, ttl === undefined ? Infinity : this.#options.now() + ttl * 1000, location);
  }

  #write(method: string, name: string, value: string | null, expiresAt: number, location: string): void {
    assertKey(method, name);
    const now = this.#options.now();
    const key = this.#key(name);
    const last = key.writes.at(-1);
    if (last && now - last.at < MS_BETWEEN_WRITES_OF_A_KEY) {
      this.requests.refused++;
      throw new Error(`KV ${method} failed: 429 Too Many Requests`);
    }
    const visibleAt = new Map<string, number>();
    for (const other of this.#locations) {
      // Where something is kept, once that time is over; elsewhere some time within the same limit.
      const kept = key.keptUntil.get(other) ?? 0;
      visibleAt.set(other, kept > now ? kept : now + this.#options.random() * VISIBLE_AFTER_MS);
    }
    key.writes.push({ value, at: now, expiresAt, visibleAt: visibleAt.set(location, now) });
  }

  #list(
    { prefix = "", limit = MAX_KEYS_LISTED, cursor = "" }: { prefix?: string; limit?: number; cursor?: string },
    location: string,
  ): KVPage {
    if (!(limit >= 1 && limit <= MAX_KEYS_LISTED)) throw new Error(`KV LIST failed: 400 Invalid key_count_limit of ${limit}.`);
    const names = [...this.#keys.keys()]
      .filter((name) => name.startsWith(prefix) && name > cursor && this.#visible(this.#keys.get(name)!, location) !== null)
      .sort();
    const keys = names.slice(0, limit).map((name) => ({ name }));
    return names.length > limit ? { keys, list_complete: false, cursor: keys.at(-1)!.name } : { keys, list_complete: true };
  }

  #key(name: string): Key {
    const known = this.#keys.get(name);
    if (known) return known;
    const created: Key = { writes: [], keptUntil: new Map() };
    this.#keys.set(name, created);
    return created;
  }
}

function assertKey(method: string, name: string): void {
  const { length } = new TextEncoder().encode(name);
  if (length > MAX_KEY_BYTES) {
    throw new Error(`KV ${method} failed: 414 UTF-8 encoded length of ${length} exceeds key length limit of ${MAX_KEY_BYTES}.`);
  }
}
