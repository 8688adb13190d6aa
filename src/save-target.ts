import type { Finder, Found } from "./finder.ts";
import { adoptionSteps, hasIdentity, identityOf } from "./lookup.ts";
import type { LookupStep } from "./lookup.ts";
import { assertWorthSaving, mergeToken } from "./merge.ts";
import { derivedId, recordKey } from "./sealing/places.ts";
import type { TokenPatch } from "./token.ts";

/** Where a save will write: over the record it matched, or into a free key. */
export interface Target {
  readonly id: string;
  readonly derived: boolean;
  readonly matched?: Found;
}

/** The record that a save updates, else the key that it inserts under. */
export async function findTarget(finder: Finder, patch: TokenPatch, steps: readonly LookupStep[]): Promise<Target> {
  const found = await finder.findTarget(steps);
  if (found) return targetOver(found);
  if (patch.id != null) return { id: patch.id, derived: false };

  const fields = mergeToken({}, patch);
  const identity = identityOf(fields);
  assertWorthSaving(fields);
  for (const step of adoptionSteps(fields)) {
    // The account itself, too: a crash may have kept the save that named its user from writing that index entry.
    const adopted = (await finder.findBy(step, true)).find(({ token }) => token.userName === undefined || hasIdentity(token, identity!));
    if (adopted) return targetOver(adopted);
  }
  const { current } = finder.keyring;
  for (let sequence = 0; ; sequence++) {
    const id = await derivedId(current, identity!, sequence);
    const taken = await finder.readUnder(current, await recordKey(current, id));
    if (!taken) return { id, derived: true };
    if (hasIdentity(taken.token, identity!)) return targetOver(taken);
  }
}

export function targetOver(matched: Found): Target {
  return { id: matched.token.id, derived: matched.derived, matched };
}
