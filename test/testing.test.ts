import { createStorage } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { describe, expect, it, vi } from "vitest";
import { createTokenStore } from "../src/backends/custom/index.ts";
import { createUnstorageTokenStore } from "../src/backends/unstorage/index.ts";
import { createMemoryTokenStore } from "../src/index.ts";
import type { TokenStore } from "../src/index.ts";
import { createTokenRefresher } from "../src/refresh/index.ts";
import {
  DriverCalls,
  DriverFaults,
  instrumentDriver,
  manualClock,
  seededRandom,
  TokenEndpoint,
  tokenStoreSuite,
} from "../src/testing/index.ts";
import { anyString } from "../src/testing/equality.ts";
import { expect as check, expectCode as expectRejection, expectThrows } from "../src/testing/expect.ts";
import type { SuiteCase } from "../src/testing/index.ts";
import { expectCode } from "./conformance/fixture.ts";
import { SECRET } from "./conformance/unstorage-fixture.ts";
import { MapBackend } from "./mutations/map-backend.ts";

const METHODS = ["findToken", "findTokenById", "saveToken", "deleteToken", "getTokens", "deleteTokens"] as const;
const BARE = { shared: false, extended: false, options: false, secret: false, maintained: false, stranger: false, dump: false, raw: false };

/** A store with the six methods and nothing else. */
function bareStore(): TokenStore {
  const store = createMemoryTokenStore();
  return Object.fromEntries(METHODS.map((method) => [method, store[method].bind(store)])) as unknown as TokenStore;
}

const caseOf = (cases: readonly SuiteCase[], name: string): SuiteCase => cases.find((one) => one.name.startsWith(name))!;

describe("a store with the six methods alone", () => {
  const cases = tokenStoreSuite(() => ({ open: () => bareStore() }), { capabilities: BARE });

  for (const { group, name, run } of cases.filter(({ skipped }) => skipped === undefined)) {
    it(`keeps this promise: ${group}: ${name}`, run);
  }

  it("is judged by more than half of the cases, and of the others each says why it is skipped", () => {
    const reasons = cases.flatMap(({ skipped }) => skipped ?? []);
    expect(reasons.length).toBeGreaterThan(0);
    expect(reasons.length).toBeLessThan(cases.length / 2);
    expect(reasons).toContain("the store has the six methods alone");
    expect(reasons.every((reason) => reason.length > 10)).toBe(true);
  });
});

describe("the suite", () => {
  it("has no two cases of one name in a group", () => {
    const names = tokenStoreSuite(() => ({ open: () => bareStore() })).map(({ group, name }) => `${group}: ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it("fails, and does not pass in silence, where a fixture lacks a hook that it did not say it lacks", async () => {
    const cases = tokenStoreSuite(() => ({ open: () => createMemoryTokenStore() }));
    await expect(caseOf(cases, "200 tokens leave nothing").run()).rejects.toThrow("capabilities: { dump: false }");
    await expect(caseOf(cases, "leaves foreign data").run()).rejects.toThrow("capabilities: { stranger: false }");
    await expect(caseOf(cases, "values that change places").run()).rejects.toThrow("capabilities: { raw: false }");
  });

  it("creates a fixture for each case, and disposes of it also where the case fails", async () => {
    const dispose = vi.fn(async () => {});
    const create = async () => ({ open: () => ({ ...bareStore(), getTokens: async () => [] }), dispose });
    const cases = tokenStoreSuite(create, { capabilities: BARE });
    await caseOf(cases, "finds by user").run();
    await expect(caseOf(cases, "adopts neither").run()).rejects.toMatchObject({ name: "BrokenPromiseError" });
    expect(dispose).toHaveBeenCalledTimes(2);
  });

  it("refuses options and capabilities that it does not know", () => {
    const create = () => ({ open: () => bareStore() });
    for (const options of [{ capability: {} }, { capabilities: { atomik: false } }, { capabilities: { atomic: "no" } }, null]) {
      expect(() => tokenStoreSuite(create, options as object)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
    }
  });
});

describe("createTokenStore", () => {
  it("refuses bad options before it asks for a backend", () => {
    const backend = vi.fn((namespace: string) => new MapBackend(new Map(), namespace));
    for (const [options, code] of [
      [{ backend }, "ERR_OPTION_INVALID"],
      [{ backend, secret: "short" }, "ERR_SECRET_WEAK"],
      [{ backend, secret: SECRET, namespace: "A" }, "ERR_OPTION_INVALID"],
      [{ backend, secret: SECRET, backends: 1 }, "ERR_OPTION_INVALID"],
      [{ backend: backend(""), secret: SECRET }, "ERR_OPTION_INVALID"],
      [{ secret: SECRET }, "ERR_OPTION_INVALID"],
      [undefined, "ERR_OPTION_INVALID"],
    ] as const) {
      backend.mockClear();
      expect(() => createTokenStore(options as never)).toThrow(expect.objectContaining({ code }));
      expect(backend).not.toHaveBeenCalled();
    }
  });

  it("hands over the namespace, and closes the backend with the store", async () => {
    const close = vi.spyOn(MapBackend.prototype, "close");
    const backend = vi.fn((namespace: string) => new MapBackend(new Map(), namespace));
    const store = createTokenStore({ backend, secret: SECRET, namespace: "mine" });
    expect(backend.mock.calls).toEqual([["mine"]]);
    expect(store.capabilities).toMatchObject({ engine: "map", sealed: true });
    await store.close();
    expect(close).toHaveBeenCalledOnce();
    close.mockRestore();
  });
});

describe("an instrumented driver", () => {
  const TOKEN = { userName: "ann", clientId: "c", accessToken: "a" };
  const over = (before: Parameters<typeof instrumentDriver>[1]) =>
    createUnstorageTokenStore(createStorage({ driver: instrumentDriver(memoryDriver(), before) }), { secret: SECRET });

  it("counts what a task costs", async () => {
    const calls = new DriverCalls();
    const store = over(calls.count);
    const inserted = await calls.during(() => store.saveToken(TOKEN));
    // The name of the key, the record and three index entries.
    expect(inserted).toMatchObject({ writes: 5, removals: 0, lists: 0 });
    expect(await calls.during(() => store.findToken({ userName: "ann", clientId: "c" }))).toEqual({
      reads: 1,
      writes: 0,
      removals: 0,
      lists: 0,
    });
  });

  it("fails as often as it is told to", async () => {
    const faults = new DriverFaults();
    const store = over(faults.before);
    faults.fail("setItem");
    await expectCode(store.saveToken(TOKEN), "ERR_STORE_UNAVAILABLE");
    const { id } = await store.saveToken(TOKEN);
    faults.fail("getItem", Number.POSITIVE_INFINITY);
    for (let time = 0; time < 3; time++) await expectCode(store.findTokenById(id), "ERR_STORE_UNAVAILABLE");
    faults.recover();
    expect(await store.findTokenById(id)).toMatchObject(TOKEN);
  });

  it("crashes between two writes, and does nothing after it", async () => {
    const faults = new DriverFaults();
    const store = over(faults.before);
    faults.crashAfter(2);
    await expectCode(store.saveToken(TOKEN), "ERR_STORE_UNAVAILABLE");
    await expectCode(store.getTokens(), "ERR_STORE_UNAVAILABLE");
    faults.recover();
    expect(await store.getTokens()).toHaveLength(1);
  });
});

describe("the stand-in for a token endpoint", () => {
  const ask = async (endpoint: TokenEndpoint, form: Record<string, string>): Promise<[number, Record<string, unknown>]> => {
    const response = await endpoint.fetch("https://accounts.example/token", { method: "POST", body: new URLSearchParams(form) });
    return [response.status, (await response.json()) as Record<string, unknown>];
  };

  it("exchanges a code once, and takes the refresh token that it gave", async () => {
    const endpoint = new TokenEndpoint({ expiresInSeconds: 60 });
    const code = endpoint.issueCode();
    const [status, granted] = await ask(endpoint, { grant_type: "authorization_code", code });
    expect([status, granted]).toEqual([200, expect.objectContaining({ expires_in: 60, access_token: expect.any(String) })]);
    expect(await ask(endpoint, { grant_type: "authorization_code", code })).toEqual([400, { error: "invalid_grant" }]);
    const refresh = { grant_type: "refresh_token", refresh_token: String(granted["refresh_token"]) };
    expect(await ask(endpoint, refresh)).toEqual([200, expect.not.objectContaining({ access_token: granted["access_token"] })]);
    endpoint.revoke(refresh.refresh_token);
    expect(await ask(endpoint, refresh)).toEqual([400, { error: "invalid_grant" }]);
    expect(await ask(endpoint, { grant_type: "authorization_code" })).toEqual([400, { error: "invalid_grant" }]);
    expect(await ask(endpoint, { grant_type: "refresh_token" })).toEqual([400, { error: "invalid_grant" }]);
    expect(await ask(endpoint, { grant_type: "password" })).toEqual([400, { error: "unsupported_grant_type" }]);
    expect(endpoint.requests).toBe(7);
  });

  it("rotates refresh tokens where it is told to: the one before is taken no more", async () => {
    const endpoint = new TokenEndpoint({ rotate: true });
    const first = { grant_type: "refresh_token", refresh_token: endpoint.issueRefreshToken() };
    const [, granted] = await ask(endpoint, first);
    expect((await ask(endpoint, first))[0]).toBe(400);
    expect((await ask(endpoint, { ...first, refresh_token: String(granted["refresh_token"]) }))[0]).toBe(200);
  });

  it("serves a refresher, with answers of the test's own first", async () => {
    const clock = manualClock(Date.now());
    const store = createMemoryTokenStore({ now: clock.now });
    await store.saveToken({ userName: "ann", refreshToken: "r" });
    const endpoint = new TokenEndpoint();
    endpoint.queued.push({ access_token: "mine" });
    const refresher = createTokenRefresher({ store, refresh: endpoint.refresh });
    const asked = [1, 2, 3].map(() => refresher.getAccessToken({ userName: "ann" }));
    expect(await Promise.all(asked)).toEqual(["mine", "mine", "mine"]);
    expect([endpoint.requests, endpoint.mostInFlight, endpoint.inFlight]).toEqual([1, 1, 0]);
  });
});

it("random numbers are those of their seed, and spread", () => {
  const numbers = (seed: number): number[] => Array.from({ length: 1000 }, seededRandom(seed));
  expect(numbers(1)).toEqual(numbers(1));
  expect(numbers(1)).not.toEqual(numbers(2));
  expect(numbers(3).every((number) => number >= 0 && number < 1)).toBe(true);
  expect(new Set(numbers(4)).size).toBeGreaterThan(990);
});

describe("what a case rejects with", () => {
  it("says what the store gave and what it promises, cut where it is long", async () => {
    expect(() => check("a".repeat(400)).toBe(anyString)).toThrow(/^expected "a{299}… \(402 characters\) to be any string$/);
    expect(() => check(new TypeError("odd"), "the error").toEqual(null)).toThrow("the error: expected TypeError: odd to equal null");
    expect(() => check(undefined).toMatchObject({ id: anyString })).toThrow('expected undefined to match {"id":"<any string>"}');
    expect(() => check(1).not.toBe(1)).toThrow("expected 1 not to be 1");
  });

  it("says which error came instead of the one that should", async () => {
    const failing = async (error: unknown): Promise<never> => {
      throw error;
    };
    await expect(expectRejection(failing({ code: "ERR_CONFLICT" }), "ERR_STORE_CLOSED")).rejects.toMatchObject({
      actual: "ERR_CONFLICT",
      expected: "ERR_STORE_CLOSED",
    });
    await expect(expectRejection(failing(null), "ERR_CONFLICT")).rejects.toThrow("expected an error with ERR_CONFLICT, got null");
    await expect(expectRejection(Promise.resolve(1), "ERR_CONFLICT")).rejects.toThrow("got 1");
    const thrower = (code: string) => () => {
      throw Object.assign(new Error("odd"), { code });
    };
    expect(() => expectThrows(thrower("ERR_CONFLICT"), "ERR_STORE_CLOSED")).toThrow('got "ERR_CONFLICT"');
    expect(() => expectThrows(() => 1, "ERR_CONFLICT")).toThrow("to be thrown, got 1");
    expectThrows(thrower("ERR_CONFLICT"), "ERR_CONFLICT");
  });
});
