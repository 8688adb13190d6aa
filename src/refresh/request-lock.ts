import type { Lock } from "../locks/lock.ts";
import { isLockTimeout } from "../locks/waiting.ts";

/**
 * Requests the lock, and where its holder does not give it up in time, another one behind it. A tab that
 * is frozen keeps a Web Lock for ever; those who wait for it must neither hang nor refresh all at once.
 * The token's version keeps the first holder from overwriting anything when it wakes.
 *
 * @throws {LockTimeoutError} where the second lock was not free in time either
 */
export async function requestLock(
  lock: Lock,
  name: string,
  { timeoutMs, signal, now }: { timeoutMs: number; signal: AbortSignal; now: () => number },
  callback: () => Promise<void>,
): Promise<void> {
  const names = [name, `${name}:overdue`];
  for (let slept = false; names.length > 0;) {
    const requestedAt = now();
    let held = false;
    try {
      return await lock.request(names[0]!, { timeoutMs, signal }, () => {
        held = true;
        return callback();
      });
    } catch (error) {
      // A lock can be lost while it is held; the callback runs on, and answers for itself.
      if (held) return;
      if (!isLockTimeout(error) || names.length === 1) throw error;
      // Where the machine slept, the holder did too and has just woken: it gets its time once more.
      if (!slept && now() - requestedAt > 2 * timeoutMs + 1000) slept = true;
      else names.shift();
    }
  }
}
