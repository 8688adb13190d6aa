/**
 * An unstorage driver for files that survive a crash. For Node.js, Deno and Bun.
 *
 * @module edge-token-store/fs
 */
import { unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Driver, StorageMeta } from "unstorage";
import { OptionInvalidError } from "../../../errors.ts";
import { KeyedQueue } from "../../../keyed-queue.ts";
import { refuseUnknown } from "../../../options.ts";
import type { OrphanSweeper } from "../orphan-sweeper.ts";
import { removeDurably, removeIf, syncDirectory, writeAtomically } from "./atomic-write.ts";
import { Directories } from "./directories.ts";
import { hasCode, ifMissing } from "./file-errors.ts";
import { assertFile, assertNoLinks, LinkGuard, readAll, readAt, statsOf, withFile } from "./guarded-file.ts";
import { listFiles } from "./list-files.ts";
import { acquireLocks, sweepLocks } from "./locks.ts";
import { segmentsOfBase, segmentsOfKey } from "./paths.ts";
import { readNow } from "./read-now.ts";
import { encodeValue, isExpired, MAX_HEADER_BYTES, parseHeader } from "./stored-value.ts";
import type { StoredValue } from "./stored-value.ts";
import { sweepOrphans } from "./sweep-orphans.ts";

/** Where the files lie. */
export interface AtomicFsOptions {
  /** The directory of the files, made on first use; a relative one counts from the working directory of now. */
  base: string;
  /**
   * Whether values below 16 kB are read on the calling thread; default true: to ask Node's thread pool takes three times as long of
   * that same thread, where the operating system holds the files in memory. Set it to false where `base` is on a network or another
   * file system whose reads can take long: the whole process would wait for each.
   */
  blockingReads?: boolean;
}

/** What `getInstance()` of the driver gives. */
export interface AtomicFsInstance {
  /**
   * Runs the task while no other such task has one of these keys, in any process that uses the directory;
   * reads never wait. The lock of a process that was killed passes on at once, that of one in another
   * container or on another machine after 10 seconds: longer than that none of these may be stopped in a task.
   *
   * @throws the operating system's ETIMEDOUT where the keys were not free within 30 seconds; the task has not run
   */
  runExclusive<Result>(keys: readonly string[], task: () => Promise<Result>): Promise<Result>;
}

/** By path, so that two drivers over one directory take turns as well. */
const writers = new KeyedQueue();

/**
 * An unstorage driver over files that survives a crash. A write goes to a temporary file, is synced,
 * renamed over the old one, and its directory synced: readers see the old value or the new one, whole,
 * and one that was acknowledged survives a power cut. Keys become the same paths as with unstorage's
 * own `fs` driver, whose files it reads. Files have mode 0600, directories that it makes 0700.
 *
 * Writes of one key take turns within a process. Across processes the last write wins, whole, unless they
 * are made under `getInstance().runExclusive`, as a token store on this driver makes them. What a killed
 * process left, half-written files and locks, is removed on first use.
 *
 * `ttl`, in seconds, is honoured. Symbolic links below `base` are refused with `ELOOP`. Keys that can't
 * be a path reject with `ERR_OPTION_INVALID`, other failures with the error of the operating system;
 * only what is not there reads as null. A value can't lie at `a` while others lie at `a:b`.
 *
 * @throws {OptionInvalidError} on an unknown option, or one that is not what it must be
 */
export function atomicFsDriver(options: AtomicFsOptions): Driver<AtomicFsOptions, AtomicFsInstance> & OrphanSweeper {
  const { base, blockingReads } = parseOptions(options);
  const directories = new Directories(base);
  const guard = new LinkGuard(base);
  const pathOf = (segments: readonly string[]): string => join(base, ...segments);

  let swept: Promise<unknown> | undefined;
  const ready = (): Promise<unknown> => (swept ??= Promise.all([sweepOrphans(base, { remove: true }), sweepLocks(base)]));

  async function open<Result>(
    segments: readonly string[],
    use: (file: number, bytes: Buffer, header: StoredValue) => Result,
  ): Promise<Awaited<Result> | null> {
    const found = await guard.withFile(segments, async (file) => {
      const bytes = await readAll(file);
      const header = parseHeader(bytes);
      return isExpired(header) ? null : await use(file, bytes, header);
    });
    return found ?? null;
  }

  /** What `use` makes of the value's bytes, which are good no longer than it runs. */
  async function take<Result>(key: string, use: (bytes: Buffer, headerBytes: number) => Result): Promise<Result | null> {
    const segments = segmentsOfKey(key);
    await ready();
    const bytes = blockingReads ? readNow(base, segments, guard) : undefined;
    if (bytes === undefined) return open(segments, (_, all, { headerBytes }) => use(all, headerBytes));
    const header = bytes && parseHeader(bytes);
    return header && !isExpired(header) ? use(bytes, header.headerBytes) : null;
  }

  async function metaOf(file: number, bytes: Buffer, { expiresAt, headerBytes }: StoredValue): Promise<StorageMeta> {
    return {
      mtime: (await statsOf(file)).mtime,
      size: bytes.length - headerBytes,
      ...(expiresAt === undefined ? {} : { ttl: Math.ceil((expiresAt - Date.now()) / 1000) }),
    };
  }

  async function write(segments: readonly string[], content: string): Promise<void> {
    await assertFile(base, segments);
    const parents = segments.slice(0, -1);
    await directories.make(parents);
    await writeAtomically(pathOf(segments), content).catch(async (error: unknown) => {
      if (!hasCode(error, "ENOENT")) throw error;
      // Somebody removed the directory since it was made.
      directories.forget();
      await directories.make(parents);
      await writeAtomically(pathOf(segments), content);
    });
  }

  /** Takes expired values out of the storage: nobody else would. */
  async function isLive(segments: readonly string[]): Promise<boolean> {
    const path = pathOf(segments);
    const expired = await hasExpired(path);
    if (expired) await writers.run([path], () => removeIf(path, async (taken) => (await hasExpired(taken)) === true)).catch(ifMissing);
    return expired === false;
  }

  async function* filesBelow(segments: readonly string[]): AsyncGenerator<string[]> {
    await ready();
    await assertNoLinks(base, segments);
    yield* listFiles(pathOf(segments), segments);
  }

  async function runExclusive<Result>(keys: readonly string[], task: () => Promise<Result>): Promise<Result> {
    const names = keys.map((key) => segmentsOfKey(key).join(":"));
    await ready();
    await directories.make([]);
    const release = await acquireLocks(base, names).catch(async (error: unknown) => {
      if (!hasCode(error, "ENOENT")) throw error;
      // Somebody removed the directory since it was made.
      directories.forget();
      await directories.make([]);
      return acquireLocks(base, names);
    });
    try {
      return await task();
    } finally {
      await release();
    }
  }

  return {
    name: "atomic-fs",
    options,
    flags: { ttl: true },
    sweepOrphans: ({ remove }) => sweepOrphans(base, { remove }),
    getInstance: () => ({ runExclusive }),
    hasItem: async (key) => (await take(key, () => true)) !== null,
    getItem: (key) => take(key, (bytes, headerBytes) => bytes.toString("utf8", headerBytes)),
    async getMeta(key) {
      const segments = segmentsOfKey(key);
      await ready();
      return open(segments, metaOf);
    },
    async setItem(key, value, { ttl } = {}) {
      const segments = segmentsOfKey(key);
      const content = encodeValue(value, ttl);
      await ready();
      await writers.run([pathOf(segments)], () => write(segments, content));
    },
    async removeItem(key) {
      const segments = segmentsOfKey(key);
      const path = pathOf(segments);
      await ready();
      await writers.run([path], async () => {
        await assertFile(base, segments);
        await removeDurably(path);
      });
    },
    async getKeys(keyBase) {
      const keys: string[] = [];
      for await (const segments of filesBelow(segmentsOfBase(keyBase))) {
        if (await isLive(segments)) keys.push(segments.join(":"));
      }
      return keys;
    },
    async clear(keyBase) {
      const touched = new Set<string>();
      for await (const segments of filesBelow(segmentsOfBase(keyBase))) {
        const path = pathOf(segments);
        await writers.run([path], () => unlink(path).catch(ifMissing));
        touched.add(dirname(path));
      }
      for (const directory of touched) await syncDirectory(directory).catch(ifMissing);
    },
  };
}

/** Undefined where there is no such file. */
function hasExpired(path: string): Promise<boolean | undefined> {
  return withFile(path, async (file) => {
    return isExpired(parseHeader(await readAt(file, 0, MAX_HEADER_BYTES)));
  });
}

function parseOptions(options: AtomicFsOptions): Required<AtomicFsOptions> {
  refuseUnknown(options, ["base", "blockingReads"]);
  const { base, blockingReads = true } = options as Partial<AtomicFsOptions>;
  if (typeof base !== "string" || base.trim() === "" || base.includes("\0")) {
    throw new OptionInvalidError("The option base must be the path of a directory.");
  }
  if (typeof blockingReads !== "boolean") throw new OptionInvalidError("The option blockingReads must be true or false.");
  return { base: resolve(base), blockingReads };
}
