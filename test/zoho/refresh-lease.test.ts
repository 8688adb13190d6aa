import * as nodejs from "@zohocrm/nodejs-sdk-8.0";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createMemoryTokenStore, LockTimeoutError, OptionInvalidError } from "../../src/index.ts";
import type { StoredToken, TokenStore } from "../../src/index.ts";
import { toZohoTokenStore, toZohoTokenStoreV2 } from "../../src/zoho/index.ts";
import type { ZohoTokenStore, ZohoTokenStoreOptions } from "../../src/zoho/index.ts";
import { RefreshLease } from "../../src/zoho/refresh-lease.ts";
import { ZOHO_SDKS } from "../support/zoho-sdks.ts";

const EXPIRED: StoredToken = { id: "1", refreshToken: "r", accessToken: "old", expiresAt: 1, createdAt: 0, updatedAt: 0, version: 1 };
const FRESH: StoredToken = { ...EXPIRED, accessToken: "new", expiresAt: Date.now() + 3_600_000 };

/** Where both looks are the same. */
const findBy = (lease: RefreshLease, read: () => Promise<StoredToken | null>): Promise<StoredToken | null> => lease.find(read, read);

describe("a refresh lease", () => {
  it("hands an expired token to one caller, and the fresh one to those who waited", async () => {
    const lease = new RefreshLease({ seconds: 60 }, Date.now);
    let stored = EXPIRED;
    const find = (): Promise<StoredToken | null> => findBy(lease, async () => stored);
    const first = await find();
    const others = Promise.all([find(), find(), find()]);
    stored = FRESH;
    lease.release("1");
    expect(first).toBe(EXPIRED);
    expect(await others).toEqual([FRESH, FRESH, FRESH]);
  });

  it.each<[string, (store: ZohoTokenStore<nodejs.OAuthToken>) => Promise<void>]>([
    ["the token is deleted", (store) => store.deleteToken("1")],
    ["all are", (store) => store.deleteTokens()],
  ])("keeps nobody waiting where %s", async (_name, remove) => {
    const store = createMemoryTokenStore();
    await store.saveToken({ id: "1", refreshToken: "r", accessToken: "old", expiresAt: 1 });
    const adapter = toZohoTokenStore(store, nodejs, { refreshLease: { seconds: 600 }, unknownId: "null" });
    expect(await adapter.findTokenById("1")).not.toBeNull();
    const waiting = adapter.findTokenById("1");
    await remove(adapter);
    expect(await waiting).toBeNull();
  });

  it("lets nobody wait longer than its seconds for a refresh that failed", async () => {
    const lease = new RefreshLease({ seconds: 1 }, Date.now);
    const read = vi.fn(async () => EXPIRED);
    const started = performance.now();
    await findBy(lease, read);
    expect(await findBy(lease, read)).toBe(EXPIRED);
    expect(performance.now() - started).toBeGreaterThan(900);
  });

  it.each<[string, Partial<StoredToken>]>([
    ["is fresh", { expiresAt: Date.now() + 3_600_000 }],
    ["has no refresh token", { refreshToken: undefined as never }],
    ["has an access token and no expiry", { expiresAt: undefined as never }],
  ])("is not taken for a token that %s", async (_name, fields) => {
    const lease = new RefreshLease({ seconds: 600 }, Date.now);
    const token = { ...EXPIRED, ...fields };
    expect(await findBy(lease, async () => token)).toBe(token);
    expect(await findBy(lease, async () => token)).toBe(token);
  });

  it("is free again where the second look-up fails or finds the token deleted", async () => {
    const lease = new RefreshLease({ seconds: 600 }, Date.now);
    const twice = (second: () => Promise<StoredToken | null>): Promise<StoredToken | null> => {
      const reads = [async () => EXPIRED, second];
      return findBy(lease, () => reads.shift()!());
    };
    await expect(twice(() => Promise.reject(new Error("down")))).rejects.toThrow("down");
    expect(await twice(async () => null)).toBeNull();
    expect(await findBy(lease, async () => EXPIRED)).toBe(EXPIRED);
  });

  it("looks again by the id: who waited may have looked by the access token that was replaced meanwhile", async () => {
    const sdk = ZOHO_SDKS[0]!;
    const store = createMemoryTokenStore();
    await store.saveToken({ refreshToken: "r", accessToken: "old", expiresAt: 1 });
    const adapter = sdk.adapt(store, { refreshLease: { seconds: 600 } });
    const find = (): ReturnType<typeof adapter.findToken> => adapter.findToken(sdk.build({ accessToken: "old" }));
    const first = (await find())!;
    const waiting = find();
    first.setAccessToken("new");
    first.setExpiresIn?.(String(Date.now() + 3_600_000));
    await adapter.saveToken(first);
    expect((await waiting)?.getId()).toBe(first.getId());
  });

  it("takes a lock that processes share, by a name that tells no id", async () => {
    const request = vi.fn((_name: string, _options: object, task: () => Promise<never>) => task());
    const lease = new RefreshLease({ seconds: 60, lock: { request } }, Date.now);
    await findBy(lease, async () => ({ ...EXPIRED, id: "ann@example.com" }));
    lease.release("ann@example.com");
    const name = expect.stringMatching(/^edge-token-store:refresh:[0-9a-f]{32}$/);
    expect(request).toHaveBeenCalledWith(name, { timeoutMs: 60_000 }, expect.anything());
  });

  it("needs no WebCrypto, which insecure origins have not", async () => {
    const subtle = vi.spyOn(globalThis.crypto, "subtle", "get").mockReturnValue(undefined as never);
    onTestFinished(() => subtle.mockRestore());
    expect(await findBy(new RefreshLease({ seconds: 60 }, Date.now), async () => EXPIRED)).toBe(EXPIRED);
  });

  it("goes on without a lock that was not free, and fails with one that fails", async () => {
    const withLock = (refusal: Error): RefreshLease =>
      new RefreshLease({ seconds: 1, lock: { request: () => Promise.reject(refusal) } }, Date.now);
    // Of a second copy of the library, whose classes are others, the code alone is known.
    for (const busy of [new LockTimeoutError("busy"), Object.assign(new Error("busy"), { code: "ERR_LOCK_TIMEOUT" })]) {
      expect(await findBy(withLock(busy), async () => EXPIRED)).toBe(EXPIRED);
    }
    await expect(findBy(withLock(new Error("no lock server")), async () => EXPIRED)).rejects.toThrow("no lock server");
  });

  it("is released by a save that fails", async () => {
    const sdk = ZOHO_SDKS[0]!;
    const memory = createMemoryTokenStore();
    const { id } = await memory.saveToken({ refreshToken: "r", accessToken: "a", expiresAt: 1 });
    const store: TokenStore = Object.assign(Object.create(memory) as TokenStore, {
      findTokenById: () => memory.findTokenById(id),
      saveToken: () => Promise.reject(new Error("disk")),
    });
    const adapter = sdk.adapt(store, { refreshLease: { seconds: 600 } });
    const token = (await adapter.findTokenById(id))!;
    await expect(adapter.saveToken(token)).rejects.toSatisfy(sdk.isException);
    expect((await adapter.findTokenById(id))?.getId()).toBe(id);
  });

  it.each([{ seconds: 0 }, { seconds: 601 }, { seconds: "5" }, { seconds: 5, lock: {} }, { minutes: 1 }, null])(
    "refuses %o as its options",
    (refreshLease) => {
      const adapt = (): unknown => toZohoTokenStore(createMemoryTokenStore(), nodejs, { refreshLease } as never);
      expect(adapt).toThrow(OptionInvalidError);
    },
  );

  it.each<[object, unknown]>([
    [{ unknownId: "nothing" }, undefined],
    [{ lease: 1 }, undefined],
    [{}, {}],
    [{}, undefined],
  ])("and the adapter refuses the options %o with the classes %o", (options, sdk) => {
    const classes = Object.keys(options).length > 0 ? nodejs : sdk;
    const adapt = (): unknown => toZohoTokenStore(createMemoryTokenStore(), classes as never, options as ZohoTokenStoreOptions);
    expect(adapt).toThrow(OptionInvalidError);
  });

  it("and the adapters refuse options and stores that are none", () => {
    for (const adapt of [toZohoTokenStore, toZohoTokenStoreV2] as ((...given: unknown[]) => unknown)[]) {
      expect(() => adapt(createMemoryTokenStore(), nodejs, null)).toThrow(OptionInvalidError);
      for (const store of [null, undefined, "store"]) expect(() => adapt(store, nodejs)).toThrow(OptionInvalidError);
    }
  });

  it("a token that is none is refused by the adapter with the SDK's own exception", async () => {
    const adapter = toZohoTokenStore(createMemoryTokenStore(), nodejs);
    for (const token of [null, {}]) await expect(adapter.findToken(token as never)).rejects.toBeInstanceOf(nodejs.SDKException);
  });
});
