import { createStorage } from "unstorage";
import type { Driver } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore, StoredToken } from "../../src/index.ts";
import { expectCode } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { RedisServer } from "../support/redis.ts";

const REGISTER = "tokens:r:keys";
const ANN = { userName: "ann", clientId: "c", refreshToken: "r" };

let server: RedisServer;
let drivers: Driver[];
beforeEach(async () => {
  server = await RedisServer.start();
  drivers = [];
});
afterEach(async () => {
  await Promise.all(drivers.map((one) => one.dispose?.()));
  await server.dispose();
});

function driver(): Driver {
  const made = redisDriver({ url: server.url }) as Driver;
  drivers.push(made);
  return made;
}

/** As a process of its own has it. */
function open(secret = SECRET, over = driver()): EdgeTokenStore {
  return createUnstorageTokenStore(createStorage({ driver: over }), { secret });
}

const client = (): { del: (key: string) => Promise<unknown>; exists: (key: string) => Promise<number> } =>
  drivers[0]!.getInstance!() as never;

it("a register that the server has evicted is written by the next save, so that saves go on comparing", async () => {
  const { id } = await open().saveToken(ANN);
  await client().del(REGISTER);
  const stores = [open(), open()];
  await Promise.all(
    stores.map(async (store, number) => {
      for (let count = 0; count < 50; count++) await store.saveToken({ id, scope: `${number}.${count}` });
    }),
  );
  expect(await stores[0]!.findTokenById(id)).toMatchObject({ version: 101 });
  expect(await client().exists(REGISTER)).toBe(1);
});

it("the register stays for what is saved while all is being deleted", async () => {
  const other = open();
  const clearing = driver();
  const { removeItem } = clearing;
  let saving: Promise<StoredToken> | undefined;
  clearing.removeItem = async (...args) => {
    await (saving ??= other.saveToken({ ...ANN, userName: "bob" }));
    await removeItem!(...args);
  };
  const store = open(SECRET, clearing);
  await store.saveToken(ANN);
  await store.deleteTokens();
  expect(await open().getTokens()).toEqual([await saving]);
  await expectCode(open("another secret that is long enough").findToken({ userName: "bob", clientId: "c" }), "ERR_SECRET_MISMATCH");
  await store.deleteTokens();
  expect(await client().exists(REGISTER)).toBe(0);
});
