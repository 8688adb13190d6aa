import { createStorage } from "unstorage";
import type { Driver } from "unstorage";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { Fixture } from "./fixture.ts";

export const SECRET = "a-secret-of-the-tests-with-32-characters-or-more";

/** Foreign keys beside ours, some of them in our own namespace, and values that are no records. */
const FOREIGN = {
  settings: { theme: "dark" },
  tokens: { not: "a record" },
  "tokens:notes": { text: "mine" },
  "tokensx:r:00000000000000000000000000000000": { text: "another namespace" },
};

/** Foreign keys where ours lie, for storages that allow a key below another (a filesystem does not). */
const FOREIGN_WITHIN = {
  "tokens:r:readme": { text: "no digest" },
  "tokens:r:0123456789ABCDEF0123456789ABCDEF": { text: "upper case" },
  "tokens:x:email:0123456789abcdef0123456789abcdef": { text: "no index of ours" },
};

export interface UnstorageFixtureOptions {
  /** Whether a value may lie at `tokens` while others lie below it. */
  nested?: boolean;
  /** Of the store, and of the stranger's keys within its namespace. */
  hashTag?: boolean;
  /** All keys, where the driver lists only a part of them. */
  keys?: () => Promise<string[]>;
}

/** Stores over one storage object, as the requests of one server process would have them. */
export function unstorageFixture(
  driver: Driver,
  dump: Fixture["dump"],
  { nested = true, hashTag = false, keys }: UnstorageFixtureOptions = {},
): Fixture {
  const storage = createStorage({ driver });
  const { tokens, ...beside } = FOREIGN;
  const foreign = Object.entries<object>({ ...beside, ...FOREIGN_WITHIN, ...(nested ? { tokens } : {}) }).map(
    ([key, value]): [string, object] => [hashTag ? key.replace(/^tokens\b/, "{tokens}") : key, value],
  );
  return {
    open: (options = {}) => createUnstorageTokenStore(storage, { secret: SECRET, hashTag, ...options }),
    stranger: {
      write: async () => {
        for (const [key, value] of foreign) await storage.setItem(key, value as Record<string, string>);
      },
      read: () => Promise.all(foreign.map(([key]) => storage.getItem(key))),
    },
    dump,
    raw: {
      async read() {
        const all = keys ? await keys() : await storage.getKeys();
        const own = all.filter((key) => !foreign.some(([other]) => other === key));
        return new Map(await Promise.all(own.map(async (key) => [key, JSON.stringify(await storage.getItem(key))] as const)));
      },
      write: (key, value) => storage.setItem(key, value),
    },
    dispose: () => storage.dispose(),
  };
}
