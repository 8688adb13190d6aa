import type { StoredRecord } from "../backend.ts";
import type { Engine } from "../engine.ts";
import { RecordCorruptError } from "../errors.ts";
import { newestFirst } from "../finder.ts";
import type { Found } from "../finder.ts";
import { accountIdentity } from "../lookup.ts";
import { isOver } from "../retention.ts";
import { STRING_FIELDS } from "../token.ts";
import type { StoredToken } from "../token.ts";
import type { Keyring } from "../sealing/keyring.ts";
import { openRecord } from "./maintained.ts";

/** The damaged index entry itself is counted elsewhere. */
function noneWhereDamaged(error: unknown): StoredRecord[] {
  if (error instanceof RecordCorruptError) return [];
  throw error;
}

/** Finds the records that share an account: callers' own ids make such, and so can a race. */
export class DuplicateFinder {
  readonly #engine: Engine;
  readonly #keyring: Keyring;

  constructor(engine: Engine, keyring: Keyring) {
    this.#engine = engine;
    this.#keyring = keyring;
  }

  /** The record of the same account that its look-up prefers; undefined where that is this one. */
  async preferredOver(found: Found): Promise<Found | undefined> {
    const { account } = found.record.index;
    if (account === undefined) return undefined;
    const { backend, options } = this.#engine.parts;
    const { retention, now } = options;
    const key = await this.#accountKey(found.token);
    const records = await backend.lookup("account", account).catch(noneWhereDamaged);
    // Its index entry may be missing.
    const direct = found.record.key === key || records.some((record) => record.key === key) ? undefined : await backend.read(key);
    const others = [...records, ...(direct ? [direct] : [])].filter(
      (record) => record.key !== found.record.key && record.index.account === account && record.body !== undefined,
    );
    if (others.length === 0) return undefined;
    const opened = await Promise.all(others.map((record) => openRecord(this.#engine, this.#keyring, record)));
    const rank = ({ record, derived }: Found): number => (record.key === key ? 2 : Number(derived));
    // A session that is over stands for nobody any more.
    const live = opened.filter((one) => one !== undefined).filter(({ token }) => !isOver(retention, token, now()));
    const [preferred] = [found, ...live].sort((left, right) => rank(right) - rank(left) || newestFirst(left, right));
    return preferred === found ? undefined : preferred;
  }

  /** Where the look-up of an account reads first. */
  async #accountKey({ userName, clientId }: StoredToken): Promise<string> {
    const { current } = this.#keyring;
    return current.place(accountIdentity(userName!, clientId ?? null), 0);
  }

  /** Whether nothing is lost with this record: nobody outside knows its id, and the other has all its values. */
  addsNothing(found: Found, preferred: Found): boolean {
    if (!found.derived || !preferred.derived) return false;
    const { expiresAt } = found.token;
    const covered = expiresAt === undefined || expiresAt === preferred.token.expiresAt;
    return covered && STRING_FIELDS.every((field) => found.token[field] === undefined || found.token[field] === preferred.token[field]);
  }
}
