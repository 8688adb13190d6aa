import { pause } from "../abortable.ts";
import type { StoredRecord } from "../backend.ts";
import { Engine } from "../engine.ts";
import { OptionInvalidError, RecordCorruptError } from "../errors.ts";
import type { Found } from "../finder.ts";
import { openListed } from "../listing.ts";
import { assertOption, assertSignal } from "../options.ts";
import type { Key, Keyring } from "../sealing/keyring.ts";
import { recordKey } from "../sealing/places.ts";
import type { EdgeTokenStore } from "../token-store.ts";

export const PAGE_SIZE = 100;

/**
 * Ends the turn of the event loop. On an engine that answers at once, as SQLite does, a run would else go to its end
 * before anything else, so that no server beside it answers and nobody can stop it. Rejects as the signal says.
 */
export const nextTurn = (signal: AbortSignal | undefined): Promise<void> => pause(0, signal);

/** @throws {OptionInvalidError} where the store is not one of this library's @throws {StoreClosedError} */
export function maintained(store: EdgeTokenStore, doing: string): Engine {
  if (!(store instanceof Engine)) throw new OptionInvalidError(`${doing} takes a store that this library has created.`);
  store.assertOpen();
  return store;
}

/** @throws {OptionInvalidError} unless these are of their types, before a run does anything */
export function assertRunOptions({ onProgress, signal }: { readonly onProgress?: unknown; readonly signal?: unknown }): void {
  assertOption(onProgress === undefined || typeof onProgress === "function", "onProgress", "a function");
  assertSignal(signal);
}

/** Undefined where the record is damaged. @throws {SecretMismatchError} where another secret wrote it */
export async function openRecord({ parts }: Engine, keyring: Keyring, record: StoredRecord): Promise<Found | undefined> {
  try {
    return await openListed({ keyring, register: parts.register }, record);
  } catch (error) {
    if (error instanceof RecordCorruptError) return undefined;
    throw error;
  }
}

/** The same token as another key has written it: a rotation was cut short. */
export interface Copy {
  readonly key: Key;
  readonly record: StoredRecord;
  /** Undefined where it is damaged. */
  readonly found: Found | undefined;
}

/** Under all keys of the ring but the record's own. */
export async function copiesOf(engine: Engine, keyring: Keyring, { record, token }: Found): Promise<Copy[]> {
  const copies: Copy[] = [];
  for (const key of keyring.keys) {
    if (key.id === record.keyId) continue;
    const copy = await engine.parts.backend.read(await recordKey(key, token.id));
    if (copy) copies.push({ key, record: copy, found: await openRecord(engine, keyring, copy) });
  }
  return copies;
}

/**
 * The copy that goes before this record: it was saved more often or, if as often, under a later secret. Saves decide first, since
 * secrets can be changed back; a look-up goes by the secrets alone, which costs it no read. Where the other one is damaged, this may
 * be all that is left of the token.
 */
export function supersederAmong(copies: readonly Copy[], keyring: Keyring, { record, token }: Found): StoredRecord | undefined {
  const { keys } = keyring;
  const own = keys.findIndex(({ id }) => id === record.keyId);
  return copies.find(({ key, found }) => {
    if (!found) return false;
    // A token that was deleted and made anew counts its saves from one again.
    const saves = found.token.createdAt - token.createdAt || found.token.version - token.version;
    return saves > 0 || (saves === 0 && keys.indexOf(key) < own);
  })?.record;
}

export async function supersederOf(engine: Engine, keyring: Keyring, found: Found): Promise<StoredRecord | undefined> {
  return supersederAmong(await copiesOf(engine, keyring, found), keyring, found);
}
