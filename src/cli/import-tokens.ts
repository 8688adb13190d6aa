import { pause } from "../abortable.ts";
import { createMemoryTokenStore } from "../backends/memory.ts";
import { KeyedQueue } from "../keyed-queue.ts";
import type { StoredToken, TokenInput } from "../token.ts";
import type { TokenStore } from "../token-store.ts";
import type { ZohoRowProblem, ZohoStoredRow } from "../zoho/stored-rows.ts";

/** How many tokens are saved side by side, and then the event loop has its turn: see `TURN`. */
const BATCH = 16;

export interface ImportResult {
  /** Saved now, or in a dry run to be saved. */
  imported: number;
  /** Stored before; whatever they have become since is left as it is. */
  present: number;
  /** Left out, since another token stands in their place. */
  problems: ZohoRowProblem[];
}

export interface ImportOptions {
  dryRun?: boolean;
  signal?: AbortSignal;
  onProgress?: (done: number) => void;
}

/**
 * Saves the rows that are not stored yet. It can be stopped, and run again: what is stored is never written over,
 * since an application may use the store by now and have refreshed its tokens.
 */
export async function importTokens(
  store: TokenStore,
  rows: readonly ZohoStoredRow[],
  { dryRun = false, signal, onProgress }: ImportOptions = {},
): Promise<ImportResult> {
  const result: ImportResult = { imported: 0, present: 0, problems: [] };
  // Rows meet each other in a dry run, too.
  const target = dryRun ? createMemoryTokenStore() : store;
  let done = 0;
  async function importRow({ line, token }: ZohoStoredRow): Promise<void> {
    signal?.throwIfAborted();
    const stored = (await find(store, token)) ?? (dryRun ? await find(target, token) : null);
    if (stored === null) {
      await target.saveToken(token);
      result.imported++;
    } else if (isSame(stored, token)) {
      result.present++;
    } else {
      const reason = "Another token stands under its id, or for its user, in the target, which is left as it is.";
      result.problems.push({ line, reason, skipped: true });
    }
    onProgress?.(++done);
  }

  // Those of one user in their order: which is saved last decides what is found by the user alone.
  const users = new KeyedQueue();
  const withId = rows.filter(({ token }) => token.id !== undefined);
  for (let start = 0; start < withId.length; start += BATCH) {
    await pause(0, signal);
    const batch = withId.slice(start, start + BATCH);
    await Promise.all(batch.map((row) => users.run(row.token.userName == null ? [] : [row.token.userName], () => importRow(row))));
  }
  // The others may be each other's users: one after the other, each sees the one before.
  for (const [index, row] of rows.filter(({ token }) => token.id === undefined).entries()) {
    if (index % BATCH === 0) await pause(0, signal);
    await importRow(row);
  }
  return result;
}

function find(store: TokenStore, { id, ...fields }: TokenInput): Promise<StoredToken | null> {
  return id == null ? store.findToken(fields) : store.findTokenById(id);
}

/** By what does not change with a refresh, where there is such a thing. */
function isSame(stored: StoredToken, token: TokenInput): boolean {
  if (token.refreshToken != null) return stored.refreshToken === token.refreshToken;
  if (token.grantToken != null) return stored.grantToken === token.grantToken;
  return stored.accessToken === token.accessToken;
}
