import { existsSync } from "node:fs";
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createStorage } from "unstorage";
import type { Driver } from "unstorage";
import { atomicFsDriver } from "../../dist/backends/unstorage/atomic-fs/index.js";
import { createUnstorageTokenStore } from "../../dist/backends/unstorage/index.js";
import { backupOf } from "../lib/backup.ts";
import type { Comparison, Suite } from "../lib/comparison.ts";
import { benchToken, each, fill, queryBy, SECRET } from "../lib/tokens.ts";
import { findsAgainstZoho } from "../lib/finds-against-zoho.ts";
import { once } from "../lib/once.ts";
import { driverCalls, unstorageEngine } from "../lib/unstorage-engine.ts";
import { workloads } from "../lib/workloads.ts";
import type { Usage } from "../lib/workloads.ts";
import { loadFileStore, zohoQuery, zohoRefresh, zohoToken } from "../lib/zoho.ts";
import type { ZohoStore } from "../lib/zoho.ts";

const SIZES = [10, 1000, 10_000];

/** Files: ours are synced and sealed, one a record; Zoho's FileStore reads one CSV from the top for each look-up. */
export async function openSuite(data: string, words: readonly string[]): Promise<Suite> {
  const comparisons: Comparison[] = [];
  for (const count of SIZES) {
    const base = join(data, `ours-${count}`);
    const ours = createUnstorageTokenStore(createStorage({ driver: atomicFsDriver({ base }) }), { secret: SECRET });
    let theirs: ZohoStore;
    const prepare = once(async () => {
      if (!existsSync(base)) await restore(base, "tokens", count);
      theirs = await filledFileStore(join(data, `zoho-${count}.csv`), count);
    });
    comparisons.push(
      ...findsAgainstZoho({
        count,
        against: "Zoho's FileStore (plain text, not atomic)",
        prepare,
        ours: () => ours,
        theirs: (field, number) => theirs.findToken(zohoQuery(field, number)),
        calls: 20,
      }),
    );
  }
  const base = await mkdtemp(join(data, "work-"));
  const large = 2000;
  const driver = atomicFsDriver({ base }) as Driver;
  comparisons.push(saveComparison(base));
  let connected = 0;
  const work = await workloads(words, async () => {
    await restore(base, "large", large);
    const engine = await unstorageEngine({
      // The first one is the engine's own, whose calls are counted.
      connect: () => ({ driver: connected++ === 0 ? driver : (atomicFsDriver({ base }) as Driver) }),
      usage: (namespace) => usageOf(join(base, namespace)),
      large: 0,
      // Each write is synced to the disk, several times a save.
      calls: { read: 30, write: 3 },
    });
    return { ...engine, large };
  });
  return {
    comparisons: [...comparisons, ...work.comparisons],
    operations: (task) => driverCalls(driver, task),
    ...(work.counts ? { counts: work.counts } : {}),
    dispose: () => rm(base, { recursive: true, force: true }),
  };
}

/** Its FileStore writes the whole file anew, and does not wait for the disk. */
function saveComparison(base: string): Comparison {
  const count = 1000;
  const ours = createUnstorageTokenStore(createStorage({ driver: atomicFsDriver({ base }) }), { secret: SECRET, namespace: "saves" });
  let theirs: ZohoStore;
  let renewal = 0;
  return {
    id: `zoho/save-refresh/${count}`,
    name: `save of a refresh among ${count.toLocaleString("en")}`,
    against: "Zoho's FileStore (not synced, not atomic)",
    prepare: async () => {
      await restore(base, "saves", count);
      theirs = await filledFileStore(join(base, "..", `saves-${process.pid}.csv`), count);
    },
    ours: each(count, (number) => ours.saveToken({ ...queryBy("account", number), accessToken: `1000.renewed.${++renewal}` })),
    theirs: each(count, (number) => theirs.saveToken(zohoRefresh(number, `1000.renewed.${++renewal}`))),
    calls: 3,
    rounds: 7,
  };
}

async function restore(base: string, namespace: string, count: number): Promise<void> {
  const values = await backupOf(count, namespace);
  for (const path of new Set(values.map(([key]) => dirname(pathOf(base, key))))) await mkdir(path, { recursive: true });
  await fill(values.length, (number) => writeFile(pathOf(base, values[number]![0]), values[number]![1]));
}

function pathOf(base: string, key: string): string {
  return join(base, ...key.split(":"));
}

async function usageOf(directory: string): Promise<Usage> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  let [keys, bytes, occupied] = [0, 0, 0];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const { size, blocks } = await lstat(join(entry.parentPath, entry.name));
    keys++;
    bytes += size;
    occupied += blocks * 512;
  }
  return { keys, bytes, occupied };
}

/** Its first row is written by the FileStore itself, and repeated for the others: saving 10,000 takes it very long. */
async function filledFileStore(path: string, count: number): Promise<ZohoStore> {
  const FileStore = loadFileStore();
  const first = benchToken(0);
  await new FileStore(path).saveToken(zohoToken({ ...first, clientSecret: "secret" }));
  const [header, row] = (await readFile(path, "utf8")).split("\n") as [string, string];
  const rows = Array.from({ length: count }, (_, number) => {
    const token = benchToken(number);
    const renamed = (["userName", "refreshToken", "accessToken", "grantToken"] as const).reduce(
      (text, field) => text.replace(first[field], token[field]),
      row,
    );
    return renamed.replace(/^[^,]*/, String(number + 1));
  });
  await writeFile(path, [header, ...rows].join("\n"));
  return new FileStore(path);
}
