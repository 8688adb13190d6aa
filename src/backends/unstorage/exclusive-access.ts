import type { NativeAccess, NativeParts } from "./native-access.ts";
import { storeError } from "./store-errors.ts";

/** What the instance of a driver has that can keep other processes away from some of its keys. */
interface ExclusiveInstance {
  /** Runs the task while no other such task, in any process, has one of these keys; rejects, without running it, where they are not free in time. */
  runExclusive<Result>(keys: readonly string[], task: () => Promise<Result>): Promise<Result>;
}

export function detectExclusive(instance: unknown, { driver, driverKey }: NativeParts): NativeAccess | undefined {
  const { runExclusive } = (instance ?? {}) as Partial<ExclusiveInstance>;
  if (typeof runExclusive !== "function") return undefined;
  return {
    // A crash can still come between a record and its pointers.
    atomic: false,
    async exclusive(keys, task) {
      let started = false;
      try {
        return await (instance as ExclusiveInstance).runExclusive(keys.map(driverKey), () => {
          started = true;
          return task();
        });
      } catch (error) {
        if (started) throw error;
        throw storeError("lock", driver.name ?? "unstorage", "failed", error);
      }
    },
  };
}
