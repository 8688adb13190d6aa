import { pause } from "../abortable.ts";
import type { StoredRecord } from "../backend.ts";
import { Engine } from "../engine.ts";
import { OptionInvalidError, RecordCorruptError } from "../errors.ts";
import type { Found } from "../finder.ts";
import { openListed } from "../listing.ts";
import type { Keyring } from "../sealing/keyring.ts";
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

/** Undefined where the record is damaged. @throws {SecretMismatchError} where another secret wrote it */
export async function openRecord({ parts }: Engine, keyring: Keyring, record: StoredRecord): Promise<Found | undefined> {
  try {
    return await openListed({ keyring, register: parts.register }, record);
  } catch (error) {
    if (error instanceof RecordCorruptError) return undefined;
    throw error;
  }
}

/**
 * The record that another secret has written of the same token and that goes before this one, which then is what a rotation left:
 * it was saved more often or, if as often, the secret is a later one. Saves decide first, since secrets can be changed back.
 * Undefined also where the other one is damaged: then this may be all that is left of the token.
 */
export async function supersederOf(engine: Engine, keyring: Keyring, { record, token }: Found): Promise<StoredRecord | undefined> {
  let isLaterKey = true;
  for (const key of keyring.keys) {
    if (key.id === record.keyId) {
      isLaterKey = false;
      continue;
    }
    const other = await engine.parts.backend.read(await recordKey(key, token.id));
    const found = other && (await openRecord(engine, keyring, other));
    if (!found) continue;
    // A token that was deleted and made anew counts its saves from one again.
    const saves = found.token.createdAt - token.createdAt || found.token.version - token.version;
    if (saves > 0 || (saves === 0 && isLaterKey)) return other;
  }
  return undefined;
}
