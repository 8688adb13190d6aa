import type { IndexCheck, StoredRecord } from "../backend.ts";
import type { Engine } from "../engine.ts";
import type { Found } from "../finder.ts";
import { assertOption, refuseUnknown } from "../options.ts";
import type { Keyring } from "../sealing/keyring.ts";
import type { EdgeTokenStore } from "../token-store.ts";
import { deleteRecord } from "./delete-record.ts";
import { DuplicateFinder } from "./duplicates.ts";
import { assertRunOptions, maintained, nextTurn, openRecord, PAGE_SIZE, supersederOf } from "./maintained.ts";
import { reindexed } from "./reindex.ts";

/** What a check has found so far, in numbers. All but the first two are 0 where all is well. */
export interface CheckReport {
  /** Records looked at. */
  records: number;
  /** Index entries looked at; 0 on engines that keep the index themselves (IndexedDB, Durable Objects, memory). */
  pointers: number;
  /** Index entries that a record should have and has not: the token is not found by that field. */
  missing: number;
  /** Index entries whose record has been saved with another value since. They mislead nobody. */
  stale: number;
  /** Index entries whose record has another value, though it was not saved since: what the loser of a race left. */
  wrong: number;
  /** Index entries that lead to no record: what a deletion that was cut short left. */
  dangling: number;
  /** Index entries that can't be read, and the key register. Look-ups that need them reject with `ERR_RECORD_CORRUPT`. */
  damaged: number;
  /** Records of an account beside the one that its look-up prefers. */
  duplicates: number;
  /** Records that can't be opened. They stay as they are: restore them, or delete them with `deleteToken`. */
  unreadable: number;
  /** Records under a previous secret whose token the current one has written: a rotation was cut short. */
  leftovers: number;
  /** Temporary files that nobody writes any more. */
  orphans: number;
  /** How many of these faults were mended; 0 without `repair`. */
  repaired: number;
}

/** What a check does, and whom it tells. */
export interface CheckOptions {
  /** Mend what is found; default false, which only reports. */
  repair?: boolean;
  /** Told after each page of 100 index entries or records, and at the end. */
  onProgress?: (report: CheckReport) => void;
  /** Ends the check between two pages or records, rejecting with its reason. */
  signal?: AbortSignal;
}

/**
 * How long after a save an eventually consistent storage may still show what was before, in milliseconds, with
 * much to spare: Cloudflare KV says 60 seconds or more. Younger tokens' index entries are left alone there.
 */
const SETTLING_MS = 10 * 60 * 1000;

/**
 * Looks at every index entry and every record, and with `repair` mends what a crash, a race or an edit by hand
 * left: it writes index entries that are missing and removes those that mislead, what a rotation left behind,
 * and temporary files. It never removes a token: of two records of one account the lesser goes only where the
 * store made both ids and the other one has all its values; and a record that can't be opened stays.
 *
 * Safe beside live traffic, which can make what is under way look like a fault for a moment. It can be stopped
 * at any point, also by a crash, and run again. Where reads may be old (`capabilities.consistency` is `eventual`)
 * an index entry is removed only if its record has a later version than the entry; dangling and wrong ones are
 * reported and stay.
 *
 * A store that is opened with more `lookups` than before gets their index entries by `repair`. That seals records
 * anew: where `capabilities.atomic` is false, let no other process save meanwhile.
 *
 * @throws {OptionInvalidError} where the store is not one of this library's
 * @throws {SecretMismatchError} where another secret than those given has written in the storage
 */
export async function checkTokens(store: EdgeTokenStore, options: CheckOptions = {}): Promise<CheckReport> {
  refuseUnknown(options, ["repair", "onProgress", "signal"]);
  const { repair = false, onProgress, signal } = options as CheckOptions;
  assertOption(typeof repair === "boolean", "repair", "true or false");
  assertRunOptions({ onProgress, signal });
  const engine = maintained(store, "checkTokens");
  const { backend, register } = engine.parts;
  const keyring = await engine.parts.keyring();
  const isRegisterDamaged = await register?.isDamaged();
  if (!isRegisterDamaged) await register?.assertReadable(keyring);
  const check = new TokenCheck(engine, keyring, repair);
  const goOn = (): void => {
    signal?.throwIfAborted();
    engine.assertOpen();
  };

  goOn();
  // Index entries first: what a save of another process loses by their removal, the pass over the records finds.
  for await (const _ of check.index?.entries({ pageSize: PAGE_SIZE }) ?? []) {
    onProgress?.({ ...check.report });
    await nextTurn(signal);
    goOn();
  }
  for await (const page of backend.scan({ pageSize: PAGE_SIZE })) {
    for (const record of page) {
      goOn();
      await check.record(record);
    }
    onProgress?.({ ...check.report });
    await nextTurn(signal);
  }
  goOn();
  await check.index?.finish();
  if (isRegisterDamaged) await check.damagedRegister();
  onProgress?.({ ...check.report });
  return check.report;
}

class TokenCheck {
  readonly report: CheckReport = {
    records: 0,
    pointers: 0,
    missing: 0,
    stale: 0,
    wrong: 0,
    dangling: 0,
    damaged: 0,
    duplicates: 0,
    unreadable: 0,
    leftovers: 0,
    orphans: 0,
    repaired: 0,
  };
  readonly index: IndexCheck | undefined;
  readonly #engine: Engine;
  readonly #keyring: Keyring;
  readonly #repair: boolean;
  readonly #duplicates: DuplicateFinder;
  /** Those that records name, also ones that can't be opened. */
  readonly #keyIds = new Set<string>();

  constructor(engine: Engine, keyring: Keyring, repair: boolean) {
    this.#engine = engine;
    this.#keyring = keyring;
    this.#repair = repair;
    this.#duplicates = new DuplicateFinder(engine, keyring);
    this.index = engine.parts.backend.checkIndex?.({
      repair,
      counts: this.report,
      isReadable: async (record) => (await openRecord(engine, keyring, record)) !== undefined,
    });
  }

  async record(record: StoredRecord): Promise<void> {
    const { report } = this;
    report.records++;
    if (record.keyId !== "") this.#keyIds.add(record.keyId);
    const found = await openRecord(this.#engine, this.#keyring, record);
    if (!found) {
      report.unreadable++;
      return;
    }
    const superseder = await supersederOf(this.#engine, this.#keyring, found);
    if (superseder) {
      report.leftovers++;
      if (this.#repair) await this.#removeLeftover(record, superseder);
    } else if (!(await this.#reindex(found))) {
      if (!this.#isSettling(found)) await this.index?.record(record);
      await this.#checkDuplicate(found);
    }
  }

  /** After all records: what they name is what it should hold. */
  async damagedRegister(): Promise<void> {
    const { register } = this.#engine.parts;
    const { current } = this.#keyring;
    this.report.damaged++;
    if (this.#repair && (await register?.restore(this.#keyIds.add(current.id), current))) this.report.repaired++;
  }

  async #removeLeftover(record: StoredRecord, superseder: StoredRecord): Promise<void> {
    // The leftover may hold index entries that the later record still lacks.
    await this.index?.record(superseder);
    if (await this.#engine.parts.backend.commit(record, undefined)) this.report.repaired++;
  }

  /** Whether the record names other index entries than its token has: it was saved with fewer lookups, or edited. */
  async #reindex(found: Found): Promise<boolean> {
    const change = await reindexed(this.#engine, this.#keyring, found);
    if (!change) return false;
    this.report.missing += change.missing;
    this.report.wrong += change.wrong;
    if (this.#repair && (await this.#engine.parts.backend.commit(found.record, change.next))) {
      this.report.repaired += change.missing + change.wrong;
    }
    return true;
  }

  /** Whether a read may still be older than the token's last save. */
  #isSettling({ token }: Found): boolean {
    const { backend, options } = this.#engine.parts;
    return backend.capabilities.consistency === "eventual" && options.now() - token.updatedAt < SETTLING_MS;
  }

  async #checkDuplicate(found: Found): Promise<void> {
    const preferred = await this.#duplicates.preferredOver(found);
    if (!preferred) return;
    this.report.duplicates++;
    if (!this.#repair || !this.#duplicates.addsNothing(found, preferred)) return;
    await this.index?.record(preferred.record);
    if (await deleteRecord(this.#engine, this.#keyring, found)) this.report.repaired++;
  }
}
