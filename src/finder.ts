import type { Backend, IndexName, StoredRecord } from "./backend.ts";
import { accountIdentity, indexValue, matchesStep } from "./lookup.ts";
import type { LookupStep } from "./lookup.ts";
import type { ParsedOptions } from "./options.ts";
import { isOver } from "./retention.ts";
import { recordCorrupt } from "./sealing/keyring.ts";
import type { Key, Keyring, RecordContent } from "./sealing/keyring.ts";
import { recordKey } from "./sealing/places.ts";
import { whenDone } from "./sealing/primitives.ts";

/** A record that was read, and what is in it. */
export interface Found extends RecordContent {
  readonly record: StoredRecord;
}

type AccountStep = LookupStep & { by: "account" };
type IndexedStep = LookupStep & { by: IndexName };

export type FinderOptions = Pick<ParsedOptions, "lookups" | "retention" | "now">;

/** Look up → load: from the steps of a query to opened records, under one keyring. */
export class Finder {
  readonly keyring: Keyring;
  readonly #backend: Backend;
  readonly #lookups: ReadonlySet<IndexName>;
  /** Whether its session goes on. */
  readonly isLive: (found: Found) => boolean;

  constructor(backend: Backend, keyring: Keyring, { lookups, retention, now }: FinderOptions) {
    this.#backend = backend;
    this.keyring = keyring;
    this.#lookups = lookups;
    this.isLive = ({ token }) => !isOver(retention, token, now());
  }

  /** What the first step that finds anything finds, the preferred token first. Sessions that are over count as not there. */
  async find(steps: readonly LookupStep[], all: boolean): Promise<Found[]> {
    for (const step of steps) {
      const found = (await this.findBy(step, all)).filter(this.isLive);
      if (found.length > 0) return found;
    }
    return [];
  }

  /**
   * What the first step led to when it was last read or written, if that is remembered: without a look at the storage, so it is
   * good for no more than a commit that compares. Only where a step leads to one record, whatever else is stored.
   */
  async recall([step]: readonly LookupStep[]): Promise<Found | undefined> {
    const key = this.keyring.current;
    if (!key.known || (step?.by !== "id" && step?.by !== "account")) return undefined;
    const record = key.known(await (step.by === "id" ? recordKey(key, step.id) : accountPlace(key, step, 0)));
    const found = record && (await this.#open(key, record));
    return found && matchesStep(step, found.token) && this.isLive(found) ? found : undefined;
  }

  /**
   * Sessions that are over included. The current key is asked first, and the previous ones on a miss, or where all are wanted. Then
   * the current one once more: a rotation may have moved there what the others, when they were asked, had no more.
   *
   * @param atOnce whether all that it takes on a miss is asked for at once
   */
  async findBy(step: LookupStep, all: boolean, atOnce: boolean = all): Promise<Found[]> {
    const found: Found[] = [];
    const { current, keys } = this.keyring;
    for (const key of keys.length > 1 ? [...keys, current] : keys) {
      for (const one of await this.#findUnder(key, step, all, atOnce)) {
        // What the current key has written nothing supersedes.
        const latest = key === current ? one : ((await this.supersederOf(one)) ?? one);
        const known = found.some(({ token }) => token.id === latest.token.id);
        if (!known && matchesStep(step, latest.token)) found.push(latest);
      }
      if (!all && found.some((one) => this.isLive(one) && isDecisive(step, one))) break;
    }
    if (found.length < 2) return found;
    found.sort(newestFirst);
    if (step.by === "account" && !all) found.sort((left, right) => Number(right.derived) - Number(left.derived));
    return found;
  }

  /** The record under this key. @throws {RecordCorruptError} unless the key itself wrote it */
  async readUnder(key: Key, digest: string): Promise<Found | undefined> {
    const record = await this.#backend.read(digest, key.known?.(digest));
    return record && this.#open(key, record);
  }

  /**
   * The same token as a later key has written it: then a rotation was cut short, and the record found is
   * what it left behind. Its index entries may be all there are yet, but the later record is the truth.
   */
  async supersederOf({ record, token }: Found): Promise<Found | undefined> {
    for (const key of this.keyring.keys) {
      if (key.id === record.keyId) return undefined;
      const later = await this.readUnder(key, await recordKey(key, token.id));
      if (later) return later;
    }
    return undefined;
  }

  async #findUnder(key: Key, step: LookupStep, all: boolean, atOnce: boolean): Promise<Found[]> {
    if (step.by === "id") {
      const found = await this.readUnder(key, await recordKey(key, step.id));
      return found ? [found] : [];
    }
    if (step.by !== "account") return this.#lookUp(key, step);
    // Where one is wanted and likely there, the second way seldom has to be gone.
    const [direct, indexed] = atOnce
      ? await Promise.all([this.#readAccount(key, step), this.#lookUp(key, step)])
      : [await this.#readAccount(key, step), undefined];
    if (direct && !all && this.isLive(direct)) return [direct];
    const found = indexed ?? (await this.#lookUp(key, step));
    return direct ? [direct, ...found.filter(({ record }) => record.key !== direct.record.key)] : found;
  }

  /** What the step's index entry leads to, nothing where there is no such index. */
  async #lookUp(key: Key, step: IndexedStep): Promise<Found[]> {
    if (!this.#lookups.has(step.by)) return [];
    const records = await this.#backend.lookup(step.by, await key.digest(step.by, indexValue(step.by, step)!), key.known);
    const found = await Promise.all(records.map((record) => this.#open(key, record)));
    return found.filter(({ token }) => matchesStep(step, token));
  }

  /**
   * An account's record lies under the key derived from it, and where another account had that place first, under
   * the next that was free: so it is found there even if its index entry is not.
   */
  async #readAccount(key: Key, step: AccountStep): Promise<Found | undefined> {
    for (let sequence = 0; ; sequence++) {
      const place = accountPlace(key, step, sequence);
      const found = await this.readUnder(key, typeof place === "string" ? place : await place);
      if (!found || matchesStep(step, found.token)) return found;
    }
  }

  /** Under digests of one key only its own records can lie: another key's name on one is damage. */
  #open(key: Key, record: StoredRecord): Found | Promise<Found> {
    return whenDone(record.keyId === key.id ? key.open(record) : undefined, (content) => {
      if (!content) throw recordCorrupt(record.key);
      return { record, ...content };
    });
  }
}

function accountPlace(key: Key, { userName, clientId }: AccountStep, sequence: number): string | Promise<string> {
  return key.place(accountIdentity(userName, clientId ?? null), sequence);
}

/**
 * Whether nothing that another key has written can go before it: any of a user's tokens may be the newest. Of an account the record
 * with a derived id is preferred, which may be another key's.
 */
export function isDecisive(step: LookupStep, { token, derived }: Found): boolean {
  return step.by !== "user" && matchesStep(step, token) && (step.by !== "account" || derived);
}

export function newestFirst(left: Found, right: Found): number {
  return right.token.updatedAt - left.token.updatedAt || right.tick - left.tick || (left.token.id < right.token.id ? -1 : 1);
}
