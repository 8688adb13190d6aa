import type { Driver, Storage } from "unstorage";

/** Mounted for no longer than it takes to see where. */
const PROBE: Driver = { hasItem: () => false, getItem: () => null, getKeys: () => [] };
const PLACE = "edge-token-store-probe";

/**
 * What a storage puts before every key: `prefixStorage` makes such ones, and so does Nitro's `useStorage(base)`. Their `getMount` is
 * that of the storage below, and knows nothing of the prefix; but what is mounted through them lies under it.
 */
export function prefixOf(storage: Storage): string {
  try {
    storage.mount(PLACE, PROBE);
  } catch {
    // A prefix that is no key: with it nothing can be read or written either.
    return "";
  }
  const mount = storage.getMounts().find(({ driver }) => driver === PROBE);
  // Done when the call returns: it waits only for a driver that it is to dispose of.
  void storage.unmount(PLACE, false);
  return mount?.base.slice(0, -PLACE.length - 1) ?? "";
}
