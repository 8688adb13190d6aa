import type { Backend, StoredRecord } from "./backend.ts";
import { RecordCorruptError, SecretMismatchError } from "./errors.ts";
import type { Finder, Found } from "./finder.ts";
import type { KeyRegister } from "./sealing/key-register.ts";
import { recordCorrupt } from "./sealing/keyring.ts";
import type { Keyring } from "./sealing/keyring.ts";

export interface Listing {
  readonly backend: Backend;
  readonly keyring: Keyring;
  readonly finder: Finder;
  readonly register: KeyRegister | undefined;
  readonly pageSize: number;
  /** Told of each damaged record, and the listing goes on; without it the listing ends with that error. */
  readonly onCorrupt: ((error: RecordCorruptError) => void) | undefined;
}

/** Every record, opened, in pages: a generator that gave out one by one would cost each record a turn or three. */
export async function* listRecords(listing: Listing): AsyncGenerator<Found[]> {
  const { current, keys } = listing.keyring;
  if (keys.length === 1) return yield* listWhere(listing, () => true);
  // A rotation moves records on to where the current key has them. So that none is missed for it, those of the other keys come first.
  const seen = new Set<string>();
  for await (const page of listWhere(listing, ({ keyId }) => keyId !== current.id)) {
    for (const { token } of page) seen.add(token.id);
    yield page;
  }
  for await (const page of listWhere(listing, ({ keyId }) => keyId === current.id)) yield page.filter(({ token }) => !seen.has(token.id));
}

/** While the records of one page are being opened, the next page is being read. */
async function* listWhere(listing: Listing, isWanted: (record: StoredRecord) => boolean): AsyncGenerator<Found[]> {
  const { backend, pageSize } = listing;
  const pages = backend.scan({ pageSize })[Symbol.asyncIterator]();
  try {
    let coming = pages.next();
    for (;;) {
      const { value: page, done } = await coming;
      if (done) return;
      coming = pages.next();
      // Reported when its turn comes, if it comes.
      coming.catch(() => {});
      const { found, failure } = await openPage(listing, page.filter(isWanted));
      yield found;
      if (failure) throw failure.reason;
    }
  } finally {
    await pages.return?.();
  }
}

/** What the listing gives out of this page, up to the record that ends it. */
async function openPage(listing: Listing, page: readonly StoredRecord[]): Promise<{ found: Found[]; failure?: { reason: unknown } }> {
  const { finder, keyring, onCorrupt } = listing;
  const found: Found[] = [];
  for (const opened of await Promise.allSettled(page.map((record) => openListed(listing, record)))) {
    if (opened.status === "rejected") {
      const { reason } = opened as { reason: unknown };
      if (!(reason instanceof RecordCorruptError) || !onCorrupt) return { found, failure: { reason } };
      onCorrupt(reason);
    } else if (opened.value.record.keyId === keyring.current.id || !(await finder.supersederOf(opened.value).catch(noneIfCorrupt))) {
      found.push(opened.value);
    }
  }
  return { found };
}

/** Of a token whose newer record is damaged this one may be all that is left; the other is told of in its own turn. */
function noneIfCorrupt(error: unknown): undefined {
  if (!(error instanceof RecordCorruptError)) throw error;
}

/**
 * @throws {RecordCorruptError} where the record is damaged
 * @throws {SecretMismatchError} where another secret wrote it
 */
export async function openListed({ keyring, register }: Pick<Listing, "keyring" | "register">, record: StoredRecord): Promise<Found> {
  try {
    return { record, ...(await keyring.open(record)) };
  } catch (error) {
    // A key that never wrote here is not another secret but damage.
    if (error instanceof SecretMismatchError && !(await register?.has(record.keyId))) throw recordCorrupt(record.key);
    throw error;
  }
}
