import type { Engine } from "../engine.ts";
import type { Found } from "../finder.ts";
import type { Keyring } from "../sealing/keyring.ts";
import { recordKey } from "../sealing/places.ts";

/** Deletes the token if this record of it is still the stored one; false, where somebody has changed it. */
export async function deleteRecord(engine: Engine, keyring: Keyring, found: Found): Promise<boolean> {
  const { backend } = engine.parts;
  const { record, token } = found;
  // The oldest first: what a rotation left behind must not come back when the rest is gone.
  for (const key of keyring.keys.toReversed()) {
    if (key.id === record.keyId) break;
    const leftover = await backend.read(await recordKey(key, token.id));
    if (leftover && !(await backend.commit(leftover, undefined))) return false;
  }
  if (!(await backend.commit(record, undefined))) return false;
  engine.noteDeleted(found);
  return true;
}
