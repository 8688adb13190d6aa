import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createStorage } from "unstorage";
import type { Driver } from "unstorage";
import fsDriver from "unstorage/drivers/fs";
import fsLiteDriver from "unstorage/drivers/fs-lite";
import httpDriver from "unstorage/drivers/http";
import memoryDriver from "unstorage/drivers/memory";
import nullDriver from "unstorage/drivers/null";
import overlayDriver from "unstorage/drivers/overlay";
import { createStorageServer } from "unstorage/server";
import { describe, expect, it, onTestFinished } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { instrumentDriver } from "../../src/testing/index.ts";
import { expectCode } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const ANN = { userName: "ann", clientId: "c", refreshToken: "r" };

const over = (driver: Driver): EdgeTokenStore => createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });

/** A memory that passes for another driver, with some of its methods. */
function passingFor(name: string, methods: (memory: Driver) => Partial<Driver> = () => ({})): Driver {
  const memory = memoryDriver() as Driver;
  return { ...memory, ...methods(memory), name };
}

describe("a driver that drops what is written", () => {
  it.each<[string, (base: string) => Driver]>([
    ["fs, read only", (base) => fsDriver({ base, readOnly: true })],
    ["fs-lite, read only", (base) => fsLiteDriver({ base, readOnly: true })],
    ["null", () => nullDriver() as Driver],
    ["overlay over a read-only layer", (base) => overlayDriver({ layers: [fsDriver({ base, readOnly: true }), memoryDriver()] })],
    ["overlay without a layer", () => overlayDriver({ layers: [] })],
  ])("is told by a save, not taken for stored: %s", async (_name, driverOf) => {
    const store = over(driverOf(await temporaryDirectory()));
    await expectCode(store.saveToken(ANN), "ERR_STORE_UNAVAILABLE");
    expect(await store.findToken(ANN)).toBeNull();
  });

  it("is told where the bucket of s3 is not there", async () => {
    const store = over(passingFor("s3", () => ({ setItem: () => {} })));
    await expectCode(store.saveToken(ANN), "ERR_STORE_UNAVAILABLE");
  });

  it("is asked no more once the bucket of s3 has kept something", async () => {
    let looks = 0;
    const driver = instrumentDriver(passingFor("s3"), (call) => void (call === "hasItem" && looks++));
    const store = over(driver);
    for (const accessToken of ["a", "b", "c"]) await store.saveToken({ ...ANN, accessToken });
    expect(looks).toBe(1);
  });
});

it.each(["fs", "fs-lite"])("a file that %s could not remove is told by the deletion", async (name) => {
  const store = over(passingFor(name, () => ({ removeItem: () => {} })));
  const { id } = await store.saveToken(ANN);
  await expectCode(store.deleteToken(id), "ERR_STORE_UNAVAILABLE");
  await expectCode(store.deleteTokens(), "ERR_STORE_UNAVAILABLE");
});

describe("a driver that answers null whatever failed", () => {
  it("is asked again before a token counts as missing", async () => {
    let failing = false;
    const refuse = (): never => {
      throw new Error("AuthenticationFailed");
    };
    const driver = passingFor("azure-storage-blob", ({ getItem, hasItem }) => ({
      getItem: (key, options) => (failing ? null : getItem(key, options)),
      hasItem: (key, options) => (failing ? refuse() : hasItem(key, options)),
    }));
    const store = over(driver);
    const saved = await store.saveToken(ANN);
    expect(await store.findToken({ refreshToken: "another" })).toBeNull();
    failing = true;
    await expectCode(store.findToken(ANN), "ERR_STORE_UNAVAILABLE");
    await expectCode(store.findTokenById(saved.id), "ERR_STORE_UNAVAILABLE");
    await expectCode(store.findTokens({ userName: "ann" }), "ERR_STORE_UNAVAILABLE");
    await expectCode(store.deleteToken(saved.id), "ERR_STORE_UNAVAILABLE");
    failing = false;
    expect(await store.getTokens()).toEqual([saved]);
  });

  it("does not make a value missing that is there and could not be read", async () => {
    const store = over(passingFor("azure-storage-blob", () => ({ getItem: () => null, hasItem: () => true })));
    await expectCode(store.findToken(ANN), "ERR_STORE_UNAVAILABLE");
  });
});

describe("a list that is not whole", () => {
  const END = 1000;

  it.each([
    ["s3", "beside", () => true],
    ["cloudflare-r2-binding", "tokens:r", (key: string, base: string) => key.startsWith(base)],
  ])("is refused where %s ends it", async (name, base, isListed) => {
    const driver = passingFor(name, ({ getKeys }) => ({
      getKeys: async (below, options) => (await getKeys("", options)).filter((key) => isListed(key, below)).slice(0, END),
    }));
    const store = over(driver);
    const saved = await store.saveToken(ANN);
    expect(await store.getTokens()).toEqual([saved]);
    for (let number = 0; number < END; number++) await driver.setItem!(`${base}:${number}`, "{}", {});
    await expectCode(store.getTokens(), "ERR_STORE_UNAVAILABLE");
    await expectCode(store.deleteTokens(), "ERR_STORE_UNAVAILABLE");
    expect(await store.findToken(ANN)).toEqual(saved);
    expect(await store.saveToken({ ...ANN, scope: "s" })).toMatchObject({ version: 2 });
  });

  it("is not refused for what lies beside, where a list is of its base alone", async () => {
    const driver = passingFor("cloudflare-r2-binding");
    const store = over(driver);
    const saved = await store.saveToken(ANN);
    for (let number = 0; number < END; number++) await driver.setItem!(`beside:${number}`, "{}", {});
    expect(await store.getTokens()).toEqual([saved]);
  });

  it("is told where a server lists nothing, instead of showing an empty store", async () => {
    const { handle } = createStorageServer(createStorage());
    const server = createServer((request, response) => {
      if (request.url!.endsWith(":")) response.end("{}");
      else handle(request, response);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const store = over(httpDriver({ base: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }) as Driver);
    expect(await store.getTokens()).toEqual([]);
    const saved = await store.saveToken(ANN);
    await expectCode(store.getTokens(), "ERR_STORE_UNAVAILABLE");
    await expectCode(store.deleteTokens(), "ERR_STORE_UNAVAILABLE");
    expect(await store.findToken(ANN)).toEqual(saved);
  });

  it("is told where a driver's base hides all keys, as that of unstorage's indexedb does", async () => {
    const store = over(
      passingFor("idb-keyval", ({ getKeys }) => ({ getKeys: async () => (await getKeys("", {})).map((key) => `base:${key}`) })),
    );
    await store.saveToken(ANN);
    await expectCode(store.getTokens(), "ERR_STORE_UNAVAILABLE");
  });

  it("may be late on Workers KV", async () => {
    const store = over(passingFor("cloudflare-kv-http", () => ({ getKeys: () => [] })));
    await store.saveToken(ANN);
    expect(await store.getTokens()).toEqual([]);
  });
});

describe("a browser's storage that is full", () => {
  /** Over a storage with no room below these keys. */
  function full(): { store: EdgeTokenStore; fill: (...bases: string[]) => void } {
    let without: readonly string[] = [];
    const driver = instrumentDriver(memoryDriver(), (call, key) => {
      if (call === "setItem" && without.some((base) => key.startsWith(base))) throw new DOMException("exceeded", "QuotaExceededError");
    });
    return { store: over(driver as Driver), fill: (...bases) => void (without = bases) };
  }

  it("is told as full, and nothing was written", async () => {
    const { store, fill } = full();
    fill("tokens:");
    await expectCode(store.saveToken(ANN), "ERR_STORE_QUOTA");
    fill();
    expect(await store.getTokens()).toEqual([]);
  });

  it("is not told as if nothing were written once the record is, and the same call later does the rest", async () => {
    const { store, fill } = full();
    fill("tokens:x:");
    await expectCode(store.saveToken(ANN), "ERR_STORE_UNAVAILABLE");
    fill();
    const saved = await store.saveToken(ANN);
    expect(await store.findToken({ refreshToken: "r" })).toEqual(saved);
  });
});

it.each(["deno-kv", "deno-kv-node"])("a token that %s has no room for is refused before anything is written", async (name) => {
  const driver = passingFor(name);
  const store = over(driver);
  await store.saveToken(ANN);
  const keys = await driver.getKeys("", {});
  await expectCode(store.saveToken({ accessToken: "a".repeat(65_536) }), "ERR_TOKEN_INVALID");
  await expectCode(store.saveToken({ ...ANN, scope: "s".repeat(65_536) }), "ERR_TOKEN_INVALID");
  expect(await driver.getKeys("", {})).toEqual(keys);
  expect(await store.saveToken({ ...ANN, scope: "s".repeat(20_000) })).toMatchObject({ version: 2 });
});
