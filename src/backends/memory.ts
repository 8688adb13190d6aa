import type { Backend, IndexName, StoredRecord } from "../backend.ts";
import { Engine } from "../engine.ts";
import { parseOptions } from "../options.ts";
import type { TokenStoreOptions } from "../options.ts";
import { pageKeyring } from "../sealing/page-keyring.ts";
import type { EdgeTokenStore } from "../token-store.ts";

/**
 * A store that lives as long as the page or process: for tests, and for tokens that must not be kept.
 *
 * @throws {OptionInvalidError} on an unknown option or one of the wrong type
 */
export function createMemoryTokenStore(options: TokenStoreOptions = {}): EdgeTokenStore {
  const parsed = parseOptions(options);
  const keyring = Promise.resolve(pageKeyring());
  // Nothing is sealed here that would be worth remembering opened.
  const unremembered = { ...parsed, memo: 0 };
  return new Engine({ backend: new MemoryBackend(), keyring: () => keyring, sealed: false, options: unremembered });
}

/** The smallest backend, and the reference that the others are measured by. */
export class MemoryBackend implements Backend {
  readonly capabilities: Backend["capabilities"] = {
    engine: "memory",
    atomic: true,
    consistency: "strong",
    durable: false,
    ttl: false,
    persistent: false,
  };
  readonly #records = new Map<string, StoredRecord>();
  /** The keys of the records under each index entry. */
  readonly #index = new Map<string, Set<string>>();

  async read(key: string): Promise<StoredRecord | undefined> {
    return this.#records.get(key);
  }

  async lookup(index: IndexName, digest: string): Promise<StoredRecord[]> {
    const keys = this.#index.get(`${index}:${digest}`) ?? [];
    return Array.from(keys, (key) => this.#records.get(key)!);
  }

  async commit(previous: StoredRecord | undefined, next: StoredRecord | undefined): Promise<boolean> {
    if (previous && this.#records.get(previous.key) !== previous) return false;
    if (next && next.key !== previous?.key && this.#records.has(next.key)) return false;
    if (previous) this.#remove(previous);
    if (next) this.#add(next);
    return true;
  }

  #add(record: StoredRecord): void {
    this.#records.set(record.key, record);
    for (const entry of entriesOf(record)) {
      const keys = this.#index.get(entry) ?? new Set();
      this.#index.set(entry, keys.add(record.key));
    }
  }

  #remove(record: StoredRecord): void {
    this.#records.delete(record.key);
    for (const entry of entriesOf(record)) {
      const keys = this.#index.get(entry);
      keys?.delete(record.key);
      if (keys?.size === 0) this.#index.delete(entry);
    }
  }

  async *scan({ pageSize }: { pageSize: number }): AsyncGenerator<StoredRecord[]> {
    const keys = [...this.#records.keys()];
    for (let start = 0; start < keys.length; start += pageSize) {
      const page = keys.slice(start, start + pageSize);
      yield page.flatMap((key) => this.#records.get(key) ?? []);
    }
  }

  async clear(): Promise<void> {
    this.#records.clear();
    this.#index.clear();
  }

  async close(): Promise<void> {
    await this.clear();
  }
}

function entriesOf(record: StoredRecord): string[] {
  return Object.entries(record.index).map(([name, digest]) => `${name}:${digest}`);
}
