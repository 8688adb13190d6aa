/** The kinds of runtimes, by what runs a test file there. */
export type Kind = "server" | "page" | "worker";

/** A row of the matrix: what is run, and where. Where no file is named, the runtime has no such thing. */
export interface Suite {
  readonly name: string;
  readonly files: Readonly<Partial<Record<Kind, readonly string[]>>>;
  /** The runtimes of these kinds that lack it all the same. */
  readonly lackedBy?: readonly string[];
}

const everywhere = (...files: string[]): Suite["files"] => ({ server: files, page: files, worker: files });

/** The tests of the other folders, each by its path below `test/`: none is written for this matrix. */
export const SUITES: readonly Suite[] = [
  { name: "memory", files: everywhere("backends/memory.test.ts") },
  { name: "unstorage memory", files: everywhere("backends/unstorage-memory.test.ts") },
  { name: "unstorage fs", files: { server: ["backends/unstorage-fs.test.ts"] } },
  {
    name: "atomicFsDriver",
    files: { server: ["backends/unstorage-atomic-fs.test.ts", "backends/atomic-fs.test.ts", "backends/atomic-fs-locks.test.ts"] },
  },
  { name: "unstorage Redis", files: { server: ["backends/unstorage-redis.test.ts"] } },
  { name: "Workers KV", files: { worker: ["workerd/unstorage-kv.test.ts"] } },
  { name: "Durable Objects", files: { worker: ["workerd/durable-object.test.ts", "workerd/durable-object-store.test.ts"] } },
  { name: "IndexedDB", files: { page: ["browser/indexeddb.test.ts", "browser/indexeddb-faults.test.ts"] } },
  { name: "events between tabs", files: { page: ["backends/tab-events.test.ts"] } },
  {
    name: "sealing",
    files: {
      server: ["sealing/crypto.test.ts", "sealing/digests.test.ts", "sealing/schema-v1.test.ts", "sealing/tampering.test.ts"],
      page: ["browser/crypto.test.ts"],
      worker: ["workerd/crypto.test.ts"],
    },
  },
  { name: "locks in a process", files: everywhere("locks/process-lock.test.ts") },
  {
    name: "Web Locks",
    files: { server: ["locks/web-lock.test.ts"], page: ["locks/web-lock.test.ts"] },
    lackedBy: ["Node.js 20", "Node.js 22", "Bun"],
  },
  { name: "locks over Redis", files: { server: ["locks/redis-lock.test.ts"] } },
  { name: "locks in Durable Objects", files: { worker: ["workerd/durable-object-lock.test.ts"] } },
];

/** The files of all suites for one kind, each once. */
export function filesFor(kind: Kind): string[] {
  return [...new Set(SUITES.flatMap(({ files }) => files[kind] ?? []))];
}
