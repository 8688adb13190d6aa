/**
 * Settles as the promise does, or rejects with the signal's reason as soon as that is aborted. It stops
 * the waiting alone: what the promise stands for goes on.
 */
export function abortable<Result>(promise: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** The longest delay that timers take, about 24 days (a signed 32-bit number of milliseconds): with a longer one they fire at once. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

/** Resolves after that many milliseconds; rejects at once with the reason of a signal that is aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await abortable(new Promise<void>((resolve) => (timer = setTimeout(resolve, ms))), signal);
  } finally {
    clearTimeout(timer);
  }
}
