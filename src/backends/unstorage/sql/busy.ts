/** How long a database may be locked by others before a call gives up, in milliseconds: as better-sqlite3 has it. */
const BUSY_LIMIT_MS = 5000;
const MAX_PAUSE_MS = 25;

/** SQLITE_BUSY, https://sqlite.org/rescode.html#busy; its extended codes have it in their lowest byte. */
const SQLITE_BUSY = 5;

/** Whether SQLite refused because another connection writes, so that trying again helps. Each binding tells it in its way. */
export function isBusy(error: unknown): boolean {
  const { code, errcode, errno } = (error ?? {}) as { code?: unknown; errcode?: unknown; errno?: unknown };
  if (typeof code === "string" && code.startsWith("SQLITE_BUSY")) return true;
  return typeof code === "string" && code.includes("SQLITE") && [errcode, errno].some((number) => (Number(number) & 0xff) === SQLITE_BUSY);
}

/** Runs the task again while the database is locked. */
export async function whileBusy<Result>(task: () => Result | Promise<Result>): Promise<Result> {
  const start = performance.now();
  for (;;) {
    try {
      return await task();
    } catch (error) {
      if (!isBusy(error) || performance.now() - start > BUSY_LIMIT_MS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * MAX_PAUSE_MS));
  }
}
