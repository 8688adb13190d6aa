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

/** Every record, opened. While the records of one page are being opened, the next page is being read. */
export async function* listRecords(listing: Listing): AsyncGenerator<Found> {
  const { backend, finder, onCorrupt, pageSize } = listing;
  const pages = backend.scan({ pageSize })[Symbol.asyncIterator]();
  try {
    let coming = pages.next();
    for (;;) {
      const { value: page, done } = await coming;
      if (done) return;
      coming = pages.next();
      // Reported when its turn comes, if it comes.
      coming.catch(() => {});
      for (const opened of await Promise.allSettled(page.map((record) => openListed(listing, record)))) {
        if (opened.status === "rejected") {
          if (!(opened.reason instanceof RecordCorruptError) || !onCorrupt) throw opened.reason;
          onCorrupt(opened.reason);
        } else if (!(await finder.supersederOf(opened.value))) yield opened.value;
      }
    }
  } finally {
    await pages.return?.();
  }
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
