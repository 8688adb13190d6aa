import { isDecisive } from "./finder.ts";
import type { Finder, Found } from "./finder.ts";
import { adoptionSteps, hasIdentity, identityOf } from "./lookup.ts";
import type { IndexValue, LookupStep } from "./lookup.ts";
import { mergeToken } from "./merge.ts";
import { derivedId } from "./sealing/places.ts";
import type { TokenPatch } from "./token.ts";

/** Where a save will write: over the record it matched, or into a free key. */
export interface Target {
  readonly id: string;
  readonly derived: boolean;
  readonly matched?: Found;
  /** Whether nothing that another key has written can be matched in its stead. */
  readonly isDecided: boolean;
}

/** The record that a save updates, else the key that it inserts under; undefined where there is neither a record nor anything to derive a key from. */
export async function findTarget(
  finder: Finder,
  patch: TokenPatch,
  [first, ...others]: readonly LookupStep[],
): Promise<Target | undefined> {
  const found = first ? await finder.findBy(first, false) : [];
  const atOnce = found.find(finder.isLive);
  if (atOnce) return targetOver(atOnce, isDecisive(first!, atOnce));
  if (patch.id != null) return found[0] ? targetOver(found[0]) : { id: patch.id, derived: false, isDecided: false };

  // New, nearly always. Wherever else it could be is asked for at once: what takes long is the way to the storage, not the reading.
  const fields = mergeToken({}, patch);
  const identity = identityOf(fields);
  const matching = others.map((step) => ahead(finder.findBy(step, false, true)));
  const adoptable = adoptionSteps(fields).map((step) => ahead(finder.findBy(step, true)));
  const place = identity && ahead(findPlace(finder, identity));

  for (const more of matching) found.push(...(await more));
  const match = found.find(finder.isLive);
  if (match) return targetOver(match);
  for (const adoptions of adoptable) {
    // The account itself, too: a crash may have kept the save that named its user from writing that index entry.
    found.push(...(await adoptions).filter(({ token }) => token.userName === undefined || hasIdentity(token, identity!)));
  }
  // A session that is over leaves its place to the next, but only where none lives.
  const target = found.find(finder.isLive) ?? found[0];
  return target ? targetOver(target) : place;
}

/** The first of the keys for tokens of this identity where it lies already, or nothing does. */
async function findPlace(finder: Finder, identity: IndexValue): Promise<Target> {
  const { current } = finder.keyring;
  for (let sequence = 0; ; sequence++) {
    const id = await derivedId(current, identity, sequence);
    // Under a previous key, too: secrets may have changed back, and no two tokens may have the same id.
    const [taken] = await finder.findBy({ by: "id", id }, false);
    if (!taken) return { id, derived: true, isDecided: false };
    if (hasIdentity(taken.token, identity)) return targetOver(taken);
  }
}

/** What is asked for before it is known to be of use: it may fail, as long as nobody waits for it. */
function ahead<Result>(asked: Promise<Result>): Promise<Result> {
  asked.catch(() => {});
  return asked;
}

export function targetOver(matched: Found, isDecided = false): Target {
  return { id: matched.token.id, derived: matched.derived, matched, isDecided };
}
