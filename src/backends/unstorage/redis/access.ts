import { parseRecord } from "../../../backend.ts";
import type { StoredRecord } from "../../../backend.ts";
import { OptionInvalidError } from "../../../errors.ts";
import { Recent } from "../../../recent.ts";
import { REGISTER_KEY, registerCorrupt } from "../../../sealing/key-register.ts";
import { recordValue } from "../commit-plan.ts";
import type { CommitPlan } from "../commit-plan.ts";
import type { NativeAccess, NativeParts } from "../native-access.ts";
import { parsePointers } from "../pointers.ts";
import { isCluster } from "./client.ts";
import type { RedisCluster, RedisNode } from "./client.ts";
import { ReadBatches } from "./read-batches.ts";
import { scanKeys } from "./scan.ts";
import { COMMIT, COMPLETE_INDEX, LOOKUP } from "./scripts.ts";
import { TextRecord } from "./text-record.ts";

/** Of what was looked up again and again. */
const REMEMBERED_LISTS = 1024;

/** Redis by ioredis: a commit with its pointers is one script, and so is a look-up. */
export function accessTo(client: RedisNode | RedisCluster, parts: NativeParts): NativeAccess {
  const access = new RedisAccess(client, parts);
  if (!isCluster(client)) return access;
  // Here the driver's own list is out of the question, whatever else it has to do.
  const { readText, list } = access;
  const fallback = { atomic: false, list: access.listUnproven };
  return parts.keys.hashTag ? Object.assign(access, { fallback }) : { atomic: false, readText, list, fallback };
}

/** For keys on one server, or in one slot of a cluster: there scripts and MGET work. */
class RedisAccess implements NativeAccess {
  readonly atomic = true;
  readonly oneCommand = true;
  readonly #client: RedisNode | RedisCluster;
  readonly #reads: ReadBatches;
  readonly #parts: NativeParts;
  /** What the mount takes from a key of the storage, and what stands before the rest in Redis. */
  readonly #mount: string;
  readonly #base: string;
  /**
   * Lists of one pointer, of which the record is known too: MGET reads both in one step, as the script does, for less. It counts
   * only where the list still is the same.
   */
  readonly #lists = new Recent<{ list: string; digest: string }>(REMEMBERED_LISTS);
  /** What every record's key begins with. */
  readonly #records: string;

  constructor(client: RedisNode | RedisCluster, parts: NativeParts) {
    this.#client = client;
    this.#reads = new ReadBatches(client);
    this.#parts = parts;
    const { records } = parts.keys;
    const inDriver = parts.driverKey(records);
    // Of the two one is empty: a mount takes from the key, or a prefix is put before it.
    this.#mount = records.slice(0, -inDriver.length);
    const prefix = inDriver.slice(0, -records.length);
    const { base = "" } = (parts.driver.options ?? {}) as { base?: string };
    // As unstorage's driver does it.
    const normal = base.replace(/:$/, "").replace(/[/\\]/g, ":").replace(/^:|:$/g, "");
    this.#base = (normal && `${normal}:`) + prefix;
    this.#records = this.#keyOf(parts.keys.record(""));
  }

  readonly readText = (key: string): Promise<string | null> => this.#attempt("read", () => this.#client.get(this.#keyOf(key)));

  readonly read = (digests: readonly string[]): Promise<StoredRecord[]> =>
    this.#attempt("read", async () => {
      const [key, ...others] = digests.map((digest) => this.#recordKey(digest));
      if (key === undefined) return [];
      const texts = others.length > 0 ? await this.#client.mget(key, ...others) : [await this.#client.get(key)];
      return digests.flatMap((digest, position) => {
        const text = texts[position];
        return text == null ? [] : this.#recordOf(digest, text);
      });
    });

  readonly readOne = async (digest: string, known: StoredRecord | undefined): Promise<StoredRecord | undefined> => {
    const text = await this.#attempt("read", () => this.#reads.get(this.#recordKey(digest)));
    return text === null ? undefined : this.#recordOf(digest, text, known);
  };

  readonly lookup = async (pointerKey: string, known?: (digest: string) => StoredRecord | undefined): Promise<StoredRecord[]> => {
    const last = this.#lists.get(pointerKey);
    const expected = last && known?.(last.digest);
    if (expected) {
      const pair = [this.#keyOf(pointerKey), this.#records + last.digest] as const;
      const [list, text] = await this.#attempt("read", () => this.#client.mget(...pair));
      // What is no text MGET gives as nothing: what it is the script will say.
      if (list === last.list && text != null) return [this.#recordOf(last.digest, text, expected)];
    }
    const keys = [this.#keyOf(pointerKey), this.#records];
    const [list, ...texts] = (await this.#attempt("read", () => LOOKUP.run(this.#client, keys, []))) as (string | null)[];
    if (list == null) return [];
    const pointers = parsePointers(pointerKey, parseJson(list));
    const [{ key: only } = { key: "" }] = pointers;
    if (pointers.length === 1 && known?.(only)) this.#lists.set(pointerKey, { list, digest: only });
    return pointers.flatMap(({ key }, position) => {
      const text = texts[position];
      return text == null ? [] : this.#recordOf(key, text, known?.(key));
    });
  };

  readonly commit = async ({ previous, next, wanted, stale, inserts }: CommitPlan): Promise<boolean> => {
    const operation = !previous ? "insert" : !next ? "delete" : inserts ? "move" : "update";
    const records = [...(previous ? [previous.key] : []), ...(next && inserts ? [next.key] : [])];
    const keys = [...records.map((key) => this.#recordKey(key)), ...[...wanted, ...stale].map((key) => this.#keyOf(key))];
    const values = [
      operation,
      previous ? this.#textOf(previous) : "",
      next ? JSON.stringify(recordValue(next)) : "",
      previous?.key ?? "",
      next?.key ?? "",
      String(next?.version ?? 0),
      String(wanted.length),
    ];
    return (await this.#attempt("write", () => COMMIT.run(this.#client, keys, values))) === 1;
  };

  readonly completeIndex = async (record: StoredRecord, wanted: readonly string[]): Promise<void> => {
    const keys = [this.#recordKey(record.key), ...wanted.map((key) => this.#keyOf(key))];
    const values = [this.#textOf(record), record.key, String(record.version)];
    await this.#attempt("write", () => COMPLETE_INDEX.run(this.#client, keys, values));
  };

  readonly list = (base: string): Promise<string[]> =>
    this.#attempt("list", async () => {
      const found = await scanKeys(this.#client, `${this.#keyOf(base)}:`);
      return found.map((key) => this.#mount + key.slice(this.#base.length));
    });

  /** Where the driver changes keys, nobody tells how; only as long as nothing was written, that does not matter. */
  readonly listUnproven = async (base: string): Promise<string[]> => {
    const { storage, keys } = this.#parts;
    const register = await storage.get(keys.record(REGISTER_KEY));
    if (register == null) return this.list(base);
    // The register is what proves the way round the driver: damaged, it proves nothing, and says nothing of the driver.
    if (parseRecord(REGISTER_KEY, register).body === undefined) throw registerCorrupt();
    throw new OptionInvalidError(
      "On a Redis Cluster the keys of a driver that changes them can't be listed. Take unstorage's own, which puts its base before them.",
    );
  };

  #recordOf(digest: string, text: string, known?: StoredRecord): StoredRecord {
    if (known?.key === digest && TextRecord.textOf(known) === text) return known;
    return new TextRecord(parseRecord(digest, parseJson(text)), text);
  }

  #textOf(record: StoredRecord): string {
    return TextRecord.textOf(record) ?? JSON.stringify(recordValue(record));
  }

  #recordKey(digest: string): string {
    return this.#records + digest;
  }

  #keyOf(key: string): string {
    return this.#base + key.slice(this.#mount.length);
  }

  #attempt<Result>(doing: string, call: () => Promise<Result>): Promise<Result> {
    return this.#parts.storage.attempt(doing, call);
  }
}

/** The text itself, which is nothing of ours, where it is damaged. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
