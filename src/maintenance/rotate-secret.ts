import type { StoredRecord } from "../backend.ts";
import type { Engine } from "../engine.ts";
import { OptionInvalidError, RecordCorruptError, SecretMismatchError } from "../errors.ts";
import type { Found } from "../finder.ts";
import { assertOption, refuseUnknown } from "../options.ts";
import { makeRecord } from "../record.ts";
import type { Keyring } from "../sealing/keyring.ts";
import type { EdgeTokenStore } from "../token-store.ts";
import { assertRunOptions, copiesOf, maintained, nextTurn, PAGE_SIZE, supersederAmong } from "./maintained.ts";

/** How far a rotation has come, in records. */
export interface RotationProgress {
  /** Looked at so far. */
  readonly seen: number;
  /** Sealed anew under the current secret. */
  readonly moved: number;
  /** Removed, since another secret had written the token later: an earlier rotation was cut short. */
  readonly removed: number;
  /** Damaged, or sealed with a secret that was not given. They stay as they are. */
  readonly unreadable: number;
}

/** What a rotation does, and whom it tells. */
export interface RotateSecretOptions {
  /** Only count what would be moved and removed; default false. */
  dryRun?: boolean;
  /** Told after each page of 100 records, and at the end. */
  onProgress?: (progress: RotationProgress) => void;
  /** Ends the rotation between two records, rejecting with its reason. */
  signal?: AbortSignal;
}

/**
 * Moves every record to the current secret of a store that was created with `secret: [current, ...previous]`.
 * Afterwards, if nothing was unreadable, `secret: current` alone reads everything.
 *
 * The store can be used meanwhile. The rotation can be stopped at any point, also by a crash, and run again:
 * each record is written anew before the old one is removed. Give every process both secrets first.
 *
 * From `false` to a secret it seals what was plain, with `secret: [secret, false]`.
 *
 * @throws {OptionInvalidError} where the store is not one of this library's, or has a secret of its browser's own
 * @throws {SecretMismatchError} where another secret than those given has written in the storage
 */
export async function rotateSecret(store: EdgeTokenStore, options: RotateSecretOptions = {}): Promise<RotationProgress> {
  refuseUnknown(options, ["dryRun", "onProgress", "signal"]);
  const { dryRun = false, onProgress, signal } = options as RotateSecretOptions;
  assertOption(typeof dryRun === "boolean", "dryRun", "true or false");
  assertRunOptions({ onProgress, signal });
  const engine = maintained(store, "rotateSecret");
  const { backend, register } = engine.parts;
  if (!register) throw new OptionInvalidError("rotateSecret takes a store that was created with a secret.");
  const keyring = await engine.parts.keyring();
  await (dryRun ? register.assertReadable(keyring) : register.enter(keyring));
  const progress = { seen: 0, moved: 0, removed: 0, unreadable: 0 };
  for await (const page of backend.scan({ pageSize: PAGE_SIZE })) {
    for (const record of page) {
      signal?.throwIfAborted();
      engine.assertOpen();
      progress.seen++;
      const outcome = await moveRecord(engine, keyring, record, dryRun);
      if (outcome) progress[outcome]++;
    }
    onProgress?.({ ...progress });
    await nextTurn(signal);
    engine.assertOpen();
  }
  if (!dryRun && progress.unreadable === 0) await register.retirePrevious(keyring);
  onProgress?.({ ...progress });
  return progress;
}

/** Undefined where there was nothing to do. */
async function moveRecord(
  engine: Engine,
  keyring: Keyring,
  listed: StoredRecord,
  dryRun: boolean,
): Promise<"moved" | "removed" | "unreadable" | undefined> {
  const { current } = keyring;
  const { backend, options } = engine.parts;
  let record: StoredRecord | undefined = listed;
  while (record && (record.keyId !== current.id || record.body === undefined)) {
    const content = await keyring.open(record).catch(unreadable);
    if (!content) return "unreadable";
    const found: Found = { record, ...content };
    const copies = await copiesOf(engine, keyring, found);
    const superseder = supersederAmong(copies, keyring, found);
    if (dryRun) return superseder ? "removed" : "moved";
    const there = copies.find(({ key }) => key === current)?.record;
    // Damaged or outdated, it has the place of what is left of the token.
    if (there && !superseder) await backend.commit(there, undefined);
    // What is left of a rotation that was cut short may hold index entries that the new record lacks yet.
    if (superseder) await backend.completeIndex?.(superseder);
    const next = superseder ? undefined : await makeRecord(current, options.lookups, content);
    if (await backend.commit(record, next)) return superseder ? "removed" : "moved";
    record = await backend.read(record.key);
  }
  return undefined;
}

function unreadable(error: unknown): undefined {
  if (error instanceof RecordCorruptError || error instanceof SecretMismatchError) return undefined;
  throw error;
}
