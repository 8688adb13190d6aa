import { createStorage } from "unstorage";
import type { Storage } from "unstorage";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { SingleSecret } from "../../src/backends/unstorage/index.ts";
import type { StoredToken } from "../../src/index.ts";
import { driverOver } from "./interleaved-clients.ts";

/** A storage over the map, as a process would have it that was started just now. */
export function storageOver(data: Map<string, string>): Storage {
  return createStorage({ driver: driverOver(data, (act) => act()) });
}

/** Every key, and for each index entry the records that it leads to. */
export function layout(data: ReadonlyMap<string, string>): string[] {
  return Array.from(data, ([key, value]) => {
    if (!key.includes(":x:")) return key;
    const { pointers } = JSON.parse(value) as { pointers: { key: string }[] };
    return `${key} → ${pointers
      .map((pointer) => pointer.key)
      .sort()
      .join(", ")}`;
  }).sort();
}

/** What a storage holds that was never written to but by a save of each of these tokens. */
export async function freshLayout(tokens: readonly StoredToken[], secret: SingleSecret): Promise<string[]> {
  const data = new Map<string, string>();
  const store = createUnstorageTokenStore(storageOver(data), { secret });
  for (const token of tokens) await store.saveToken(token);
  return layout(data);
}
