import { createStorage, prefixStorage } from "unstorage";
import type { Driver, Storage } from "unstorage";
import cloudflareKVBindingDriver from "unstorage/drivers/cloudflare-kv-binding";
import fsLiteDriver from "unstorage/drivers/fs-lite";
import memoryDriver from "unstorage/drivers/memory";
import nullDriver from "unstorage/drivers/null";
import { describe, expect, it } from "vitest";
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { DelayedKV } from "../../src/testing/index.ts";
import { expectCode } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { saveAtLast } from "../support/accounts.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const ANN = { userName: "ann", clientId: "c", refreshToken: "r" };

/** As Nitro's and Nuxt's `useStorage("x")` give it: a new object with each call, whose `getMount` is the root's. */
const PLACES: { name: string; open: (driver: Driver) => () => Storage }[] = [
  {
    name: "a mount",
    open: (driver) => {
      const root = createStorage().mount("x", driver);
      return () => prefixStorage(root, "x");
    },
  },
  {
    name: "a place below a mount",
    open: (driver) => {
      const root = createStorage({ driver: nullDriver() }).mount("x", driver);
      return () => prefixStorage(prefixStorage(root, "x:y"), "z");
    },
  },
  {
    name: "a place below the root",
    open: (driver) => {
      const root = createStorage({ driver });
      return () => prefixStorage(root, "x/y");
    },
  },
  {
    name: "a mount in the middle",
    open: (driver) => {
      const root = createStorage().mount("x:y", driver);
      return () => prefixStorage(prefixStorage(root, "x"), "y");
    },
  },
];

const over = (storage: Storage): EdgeTokenStore => createUnstorageTokenStore(storage, { secret: SECRET });

/** One that lists the first 1000 keys, as R2's does. */
function firstThousand(): Driver {
  const memory = memoryDriver() as Driver;
  return {
    ...memory,
    name: "cloudflare-r2-binding",
    getKeys: async (base, options) => (await memory.getKeys(base, options)).slice(0, 1000),
  };
}

describe.each(PLACES)("a store over prefixStorage, at $name", ({ open }) => {
  it("says what its own driver promises, not what the root's does", () => {
    const binding = new DelayedKV({ now: Date.now, random: Math.random }).at("here");
    expect(over(open(cloudflareKVBindingDriver({ binding: binding as never }))()).capabilities).toMatchObject({
      engine: "cloudflare-kv-binding",
      consistency: "eventual",
      persistent: true,
    });
  });

  it("refuses to save where its own driver can only read, and only there", async () => {
    await expectCode(over(open(nullDriver() as Driver)()).saveToken(ANN), "ERR_STORE_UNAVAILABLE");
    const readOnly = fsLiteDriver({ base: await temporaryDirectory(), readOnly: true });
    await expectCode(over(open(readOnly)()).saveToken(ANN), "ERR_STORE_UNAVAILABLE");
    const store = over(open(memoryDriver())());
    const saved = await store.saveToken(ANN);
    expect(await store.getTokens()).toEqual([saved]);
  });

  it("lists no part of the tokens", async () => {
    const store = createUnstorageTokenStore(open(firstThousand())(), { secret: false, lookups: [] });
    await Promise.all(Array.from({ length: 1000 }, (_, number) => store.saveToken({ accessToken: `a${number}` })));
    await expectCode(store.getTokens(), "ERR_STORE_UNAVAILABLE");
  });

  it("takes the locks of its driver, so that two processes lose nothing", async () => {
    const base = await temporaryDirectory();
    const stores = [0, 1].map(() => over(open(atomicFsDriver({ base }))()));
    for (let number = 0; number < 15; number++) {
      await Promise.all(stores.map((store, which) => saveAtLast(store, { ...ANN, accessToken: `${which}-${number}` })));
    }
    expect(await stores[0]!.getTokens()).toEqual([expect.objectContaining({ version: 30 })]);
  });

  it("takes turns with the stores of every other call of prefixStorage", async () => {
    const storage = open(fsLiteDriver({ base: await temporaryDirectory() }));
    await over(storage()).saveToken(ANN);
    await Promise.all(Array.from({ length: 20 }, (_, number) => saveAtLast(over(storage()), { ...ANN, accessToken: `a${number}` })));
    await Promise.all(
      Array.from({ length: 20 }, (_, number) => over(storage()).saveToken({ userName: "bob", clientId: `c${number}`, refreshToken: "s" })),
    );
    expect(await over(storage()).findToken(ANN)).toMatchObject({ version: 21 });
    expect(await over(storage()).findTokens({ userName: "bob" })).toHaveLength(20);
  });
});

it("a store that is made before its driver is mounted goes by that one, with all the others", async () => {
  const root = createStorage();
  const early = over(prefixStorage(root, "x"));
  const base = await temporaryDirectory();
  root.mount("x", fsLiteDriver({ base }));
  const late = over(prefixStorage(root, "x"));
  expect(early.capabilities).toMatchObject({ engine: "fs-lite" });
  await early.saveToken(ANN);
  await Promise.all(
    Array.from({ length: 20 }, (_, number) => saveAtLast(number % 2 ? early : late, { ...ANN, accessToken: `a${number}` })),
  );
  expect(await late.findToken(ANN)).toMatchObject({ version: 21 });
});

it("leaves the storage as it was, watched or not", async () => {
  for (const watched of [false, true]) {
    const root = createStorage().mount("x", memoryDriver());
    const mounts = root.getMounts();
    const heard: string[] = [];
    const stop = watched ? await root.watch((_event, key) => void heard.push(key)) : undefined;
    const store = over(prefixStorage(root, "x"));
    expect(root.getMounts()).toEqual(mounts);
    await store.saveToken(ANN);
    expect(heard.every((key) => key.startsWith("x:tokens:"))).toBe(true);
    await stop?.();
  }
});

it("a prefix that is no key is told by the first call", async () => {
  await expectCode(over(prefixStorage(createStorage(), "..")).findToken(ANN), "ERR_STORE_UNAVAILABLE");
});
