import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import type { AtomicFsInstance } from "../../src/backends/unstorage/atomic-fs/index.ts";

/** As a process of its own would have it: it shares nothing but the folder with others. */
export function instanceOf(base: string): AtomicFsInstance {
  return (atomicFsDriver({ base }).getInstance as () => AtomicFsInstance)();
}
