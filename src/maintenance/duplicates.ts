import type { StoredRecord } from "../backend.ts";
import type { Engine } from "../engine.ts";
import { RecordCorruptError } from "../errors.ts";
import { newestFirst } from "../finder.ts";
import type { Found } from "../finder.ts";
import { STRING_FIELDS } from "../token.ts";
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
    const records = await this.#engine.parts.backend.lookup("account", account).catch(noneWhereDamaged);
    const others = records.filter(({ key, index, body }) => key !== found.record.key && index.account === account && body !== undefined);
    if (others.length === 0) return undefined;
    const opened = await Promise.all(others.map((record) => openRecord(this.#engine, this.#keyring, record)));
    const [preferred] = [found, ...opened.filter((one) => one !== undefined)].sort(
      (left, right) => Number(right.derived) - Number(left.derived) || newestFirst(left, right),
    );
    return preferred === found ? undefined : preferred;
  }

  /** Whether nothing is lost with this record: nobody outside knows its id, and the other has all its values. */
  addsNothing(found: Found, preferred: Found): boolean {
    if (!found.derived || !preferred.derived) return false;
    const { expiresAt } = found.token;
    const covered = expiresAt === undefined || expiresAt === preferred.token.expiresAt;
    return covered && STRING_FIELDS.every((field) => found.token[field] === undefined || found.token[field] === preferred.token[field]);
  }
}
