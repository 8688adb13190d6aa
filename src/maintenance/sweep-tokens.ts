import type { StoredRecord } from "../backend.ts";
import type { Engine } from "../engine.ts";
import type { Found } from "../finder.ts";
import { assertOption, refuseUnknown } from "../options.ts";
import { isOver } from "../retention.ts";
import type { Retention } from "../retention.ts";
import type { Keyring } from "../sealing/keyring.ts";
import { isExpired } from "../token.ts";
import type { StoredToken } from "../token.ts";
import type { EdgeTokenStore } from "../token-store.ts";
import { deleteRecord } from "./delete-record.ts";
import { assertRunOptions, maintained, nextTurn, openRecord, PAGE_SIZE, supersederOf } from "./maintained.ts";

/** "A maximum authorization code lifetime of 10 minutes is RECOMMENDED": RFC 6749 section 4.1.2. */
const GRANT_LIFETIME_MS = 10 * 60 * 1000;

/** How far a sweep has come, in records. */
export interface SweepReport {
  /** Looked at so far. */
  records: number;
  /** Whose access token has expired and can't be renewed. */
  expired: number;
  /** Whose session is over, by the store's option `retention`. */
  over: number;
  /** That can't be opened, and stay as they are. */
  unreadable: number;
  /** Removed, for whichever reason; the others were saved anew or deleted meanwhile. 0 with `dryRun`. */
  removed: number;
}

/** What a sweep does, and whom it tells. */
export interface SweepOptions {
  /** Only count; default false. */
  dryRun?: boolean;
  /**
   * Remove damaged records too, whoever's they are, so that their users can log in again; default false. What no backup has is lost
   * then. Records of a secret that was not given are not damaged, and stay.
   */
  unreadable?: boolean;
  /** Told after each page of 100 records, and at the end. */
  onProgress?: (report: SweepReport) => void;
  /** Ends the sweep between two records, rejecting with its reason. */
  signal?: AbortSignal;
}

/**
 * Removes the tokens that are of no more use: those whose access token has expired and that hold neither a
 * refresh token nor a grant token that may still be exchanged, and those whose session is over by the store's
 * option `retention`. Without `retention` a token with a refresh token is never removed, nor one that holds a
 * grant token alone. With `unreadable` it removes damaged records as well.
 *
 * A token that is saved meanwhile stays; where `capabilities.atomic` is false, that is checked by a read just
 * before the removal, which another process can slip between. Listeners are told of each removal. The sweep can
 * be stopped at any point, also by a crash, and run again.
 *
 * @throws {OptionInvalidError} where the store is not one of this library's, or an option is unknown or of the wrong type
 * @throws {SecretMismatchError} where another secret than those given has written in the storage
 */
export async function sweepTokens(store: EdgeTokenStore, options: SweepOptions = {}): Promise<SweepReport> {
  refuseUnknown(options, ["dryRun", "unreadable", "onProgress", "signal"]);
  const { dryRun = false, unreadable = false, onProgress, signal } = options as SweepOptions;
  assertOption(typeof dryRun === "boolean", "dryRun", "true or false");
  assertOption(typeof unreadable === "boolean", "unreadable", "true or false");
  assertRunOptions({ onProgress, signal });
  const engine = maintained(store, "sweepTokens");
  const { backend, register } = engine.parts;
  const keyring = await engine.parts.keyring();
  await register?.assertReadable(keyring);
  const report: SweepReport = { records: 0, expired: 0, over: 0, unreadable: 0, removed: 0 };
  signal?.throwIfAborted();
  for await (const page of backend.scan({ pageSize: PAGE_SIZE })) {
    for (const record of page) {
      signal?.throwIfAborted();
      engine.assertOpen();
      report.records++;
      if (!(await judge(engine, keyring, record))) continue;
      // That of the page is as old as the page.
      const latest = await backend.read(record.key);
      const { verdict, found } = (latest && (await judge(engine, keyring, latest))) ?? {};
      if (!verdict) continue;
      if (found) {
        report[verdict]++;
        if (!dryRun && (await deleteRecord(engine, keyring, found))) report.removed++;
      } else if (unreadable && !dryRun && isDamaged(keyring, latest!) && (await backend.commit(latest, undefined))) {
        report.removed++;
      } else {
        report.unreadable++;
      }
    }
    onProgress?.({ ...report });
    await nextTurn(signal);
    engine.assertOpen();
  }
  onProgress?.({ ...report });
  return report;
}

type Verdict = "expired" | "over";

/** What is to be done with the record; undefined where it stays. */
async function judge(
  engine: Engine,
  keyring: Keyring,
  record: StoredRecord,
): Promise<{ verdict: "unreadable"; found?: undefined } | { verdict: Verdict; found: Found } | undefined> {
  const found = await openRecord(engine, keyring, record);
  if (!found) return { verdict: "unreadable" };
  const { retention, now } = engine.parts.options;
  const verdict = useless(found.token, retention, now());
  // What a rotation left behind says nothing about the token.
  return verdict && !(await supersederOf(engine, keyring, found)) ? { verdict, found } : undefined;
}

/** Whether it would be readable if it were whole. What another key has written may be, wherever that key is. */
function isDamaged(keyring: Keyring, { keyId, body }: StoredRecord): boolean {
  return body === undefined || keyring.keys.some(({ id }) => id === keyId);
}

/** Why the token is of no more use; undefined while it is. */
function useless(token: StoredToken, retention: Retention | undefined, now: number): Verdict | undefined {
  if (isOver(retention, token, now)) return "over";
  if (token.accessToken === undefined || token.refreshToken !== undefined || !isExpired(token, { now })) return undefined;
  const exchangeable = token.grantToken !== undefined && now < token.updatedAt + GRANT_LIFETIME_MS;
  return exchangeable ? undefined : "expired";
}
