import { describe, expect, it } from "vitest";
import type { StoredToken } from "../../src/index.ts";
import { createProcessLock } from "../../src/locks/index.ts";
import type { Lock } from "../../src/locks/index.ts";
import { createTokenRefresher } from "../../src/refresh/index.ts";
import type { TokenGrant } from "../../src/refresh/index.ts";
import type { TokenEndpointAnswer } from "../../src/testing/index.ts";
import { ANN, codeOf, pass, settle, sleep, stopTime, withhold, world } from "./world.ts";

describe("getAccessToken", () => {
  it("gives the stored token while it is fresh, without a request", async () => {
    stopTime();
    const { refresher, provider } = await world({ expiresInS: 61 });
    expect(await refresher.getAccessToken(ANN)).toBe("old");
    expect(provider.requests).toBe(0);
  });

  it("refreshes a token that is valid for less than minValiditySeconds, and stores what it got", async () => {
    stopTime();
    const { refresher, provider, store, token, events } = await world({ expiresInS: 60 });
    expect(await refresher.getAccessToken(ANN)).toBe("fresh-1");
    expect(provider.requests).toBe(1);
    expect(await store.findToken(ANN)).toMatchObject({
      id: token.id,
      accessToken: "fresh-1",
      refreshToken: "refresh",
      apiDomain: "http://127.0.0.1",
      expiresAt: Date.now() + 3_600_000,
    });
    expect(events).toEqual([{ type: "refreshed", id: token.id }]);
  });

  it("refreshes once, however many ask at once, here and in other refreshers", async () => {
    const { refresher, provider, another } = await world();
    const refreshers = [refresher, another(), another(), another()];
    const answers = await Promise.all(refreshers.flatMap((one) => Array.from({ length: 50 }, () => one.getAccessToken(ANN))));
    expect(new Set(answers)).toEqual(new Set(["fresh-1"]));
    expect(provider.requests).toBe(1);
  });

  it("requests the lock once for all that ask at once: they join the refresh under way", async () => {
    const { another, lock } = await world();
    let requests = 0;
    const counted: Lock = {
      request: (name, options, callback) => {
        requests++;
        return lock.request(name, options, callback);
      },
    };
    const refresher = another({ lock: counted });
    await Promise.all(Array.from({ length: 50 }, () => refresher.getAccessToken(ANN)));
    expect(requests).toBe(1);
  });

  it("refreshes once with the locks that are there by default", async () => {
    const { provider, another } = await world();
    const refreshers = [another({ lock: undefined as never }), another({ lock: undefined as never })];
    await Promise.all(refreshers.map((one) => one.getAccessToken(ANN)));
    expect(provider.requests).toBe(1);
  });

  it("refreshes tokens of different users side by side", async () => {
    const { refresher, provider, store } = await world();
    await store.saveToken({ userName: "bob", clientId: "c", refreshToken: "other", accessToken: "old-2", expiresAt: 1 });
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    provider.queued.push(
      () => gate.then(() => provider.grant()),
      () => gate.then(() => provider.grant()),
    );
    const both = [refresher.getAccessToken(ANN), refresher.getAccessToken({ userName: "bob", clientId: "c" })];
    await expect.poll(() => provider.inFlight).toBe(2);
    open();
    expect(new Set(await Promise.all(both))).toEqual(new Set(["fresh-1", "fresh-2"]));
  });

  it("reads again once it holds the lock, and adopts what a sibling saved", async () => {
    const { refresher, provider, store, holdLock, token } = await world();
    const letGo = await holdLock();
    const waiting = refresher.getAccessToken(ANN);
    // Whether it waits in the queue by then or not, it must find what is saved now.
    await settle();
    await store.saveToken({ id: token.id, accessToken: "by a sibling", expiresAt: Date.now() + 3_600_000 });
    await letGo();
    expect(await waiting).toBe("by a sibling");
    expect(provider.requests).toBe(0);
  });

  it("counts a token without an expiry as valid, until a refresh is forced", async () => {
    const { refresher, provider, store, token } = await world();
    await store.saveToken({ id: token.id, accessToken: "endless", expiresAt: null });
    expect(await refresher.getAccessToken(ANN)).toBe("endless");
    expect(await refresher.getAccessToken(ANN, { forceRefresh: true })).toBe("fresh-1");
    expect(provider.requests).toBe(1);
  });

  it("forces one refresh for all that ask at once", async () => {
    const { refresher, provider } = await world({ expiresInS: 1800 });
    const forced = Array.from({ length: 20 }, () => refresher.getAccessToken(ANN, { forceRefresh: true }));
    expect(new Set(await Promise.all(forced))).toEqual(new Set(["fresh-1"]));
    expect(provider.requests).toBe(1);
  });

  describe("where the provider gives the same access token again", () => {
    const again = (expires_in?: number): TokenEndpointAnswer[] => Array.from({ length: 20 }, () => ({ access_token: "old", expires_in }));

    it.each([
      ["for longer", 3600],
      ["for ever", undefined],
    ])("%s, refreshes once for all that force it at once", async (_name, expiresInS) => {
      const { refresher, provider, store, token } = await world({ expiresInS: 1800 });
      if (expiresInS === undefined) await store.saveToken({ id: token.id, expiresAt: null });
      provider.queued.push(...again(expiresInS));
      const forced = Array.from({ length: 20 }, () => refresher.getAccessToken(ANN, { forceRefresh: true }));
      expect(new Set(await Promise.all(forced))).toEqual(new Set(["old"]));
      expect(provider.requests).toBe(1);
    });

    it.each([
      ["has expired", -60, {}],
      ["is refused", 1800, { forceRefresh: true }],
    ])("refreshes once for all refreshers that share the lock, where it %s", async (_name, expiresInS, options) => {
      const { provider, another } = await world({ expiresInS });
      provider.queued.push(...again(3600));
      const asked = Array.from({ length: 10 }, () => another().getAccessToken(ANN, options));
      expect(new Set(await Promise.all(asked))).toEqual(new Set(["old"]));
      expect(provider.requests).toBe(1);
    });
  });

  it("joins no refresh that another access token was refused for", async () => {
    const { refresher, provider, store, holdLock, token } = await world();
    const letGo = await holdLock();
    const waiting = refresher.getAccessToken(ANN);
    await settle();
    // The one that waits will adopt what is refused by then.
    await store.saveToken({ id: token.id, accessToken: "by a sibling", expiresAt: Date.now() + 3_600_000 });
    const forced = refresher.getAccessToken(ANN, { forceRefresh: true });
    await settle();
    await letGo();
    expect(await Promise.all([waiting, forced])).toEqual(["by a sibling", "fresh-1"]);
    expect(provider.requests).toBe(1);
  });

  it("refreshes a token that has no access token yet", async () => {
    const { refresher, store } = await world();
    await store.saveToken({ userName: "bob", clientId: "c", refreshToken: "r" });
    expect(await refresher.getAccessToken({ userName: "bob", clientId: "c" })).toBe("fresh-1");
  });

  it("does not refresh a token that lives for a minute at each use, but at half its life", async () => {
    stopTime();
    const { refresher, provider } = await world();
    provider.queued.push({ access_token: "short-1", expires_in: 60 }, { access_token: "short-2", expires_in: 60 });
    expect(await refresher.getAccessToken(ANN)).toBe("short-1");
    await pass(29_000);
    expect(await refresher.getAccessToken(ANN)).toBe("short-1");
    await pass(1_000);
    expect(await refresher.getAccessToken(ANN)).toBe("short-2");
    expect(provider.requests).toBe(2);
  });

  it("nor where another one has refreshed it, which shares the lock", async () => {
    stopTime();
    const { refresher, another, provider } = await world();
    provider.queued.push({ access_token: "short-1", expires_in: 60 }, { access_token: "short-2", expires_in: 60 });
    expect(await refresher.getAccessToken(ANN)).toBe("short-1");
    await pass(29_000);
    for (let count = 0; count < 3; count++) expect(await another().getAccessToken(ANN)).toBe("short-1");
    await pass(1_000);
    expect(await another().getAccessToken(ANN)).toBe("short-2");
  });

  it("refreshes a token that was saved shortly before it expires: by a log-in, or with another scope", async () => {
    stopTime();
    const { refresher, provider, store } = await world({ expiresInS: 30 });
    const { id } = await store.saveToken({ ...ANN, scope: "more" });
    expect(await refresher.getAccessToken(ANN)).toBe("fresh-1");
    await store.saveToken({ id, accessToken: "of a log-in", expiresAt: Date.now() + 59_000 });
    expect(await refresher.getAccessToken(ANN)).toBe("fresh-2");
    expect(provider.requests).toBe(2);
  });

  it("refreshes what a store of six methods gives, which does not tell when it saved", async () => {
    let token = { id: "1", ...ANN, refreshToken: "r", accessToken: "old", expiresAt: 1 } as StoredToken;
    const find = async (): Promise<StoredToken> => token;
    const store = { findToken: find, findTokenById: find, saveToken: async (given: object) => (token = { ...token, ...given }) };
    const refresh = async (): Promise<TokenGrant> => ({ accessToken: "new", expiresAt: Date.now() + 3_600_000 });
    const refresher = createTokenRefresher({ store: store as never, refresh, lock: createProcessLock() });
    for (let count = 0; count < 2; count++) expect(await refresher.getAccessToken(ANN)).toBe("new");
    expect(token).toMatchObject({ id: "1", refreshToken: "r", accessToken: "new" });
  });

  it("takes a grant from the refresh function as well as a response, and what is unsound of it not", async () => {
    const { another, store } = await world();
    const refresh = async () => ({ accessToken: "own", refreshToken: "next", expiresAt: Number.NaN, junk: 1 });
    expect(await another({ refresh }).getAccessToken(ANN)).toBe("own");
    const stored = await store.findToken(ANN);
    expect(stored).toMatchObject({ accessToken: "own", refreshToken: "next" });
    expect(stored).not.toHaveProperty("expiresAt");
  });

  it("takes a response by what it can, as that of a fetch which is not the platform's own", async () => {
    const { another, provider, store } = await world();
    provider.queued.push({ access_token: "own", refresh_token: "next", expires_in: 60 });
    const refresh = async (): Promise<Response> => {
      const real = await provider.refresh();
      return { ok: real.ok, status: real.status, headers: real.headers, text: () => real.text() } as Response;
    };
    expect(await another({ refresh }).getAccessToken(ANN)).toBe("own");
    expect(await store.findToken(ANN)).toMatchObject({ accessToken: "own", refreshToken: "next" });
  });

  it("stores a new expiry for an access token that stays the same, or none", async () => {
    const { refresher, provider, store } = await world();
    provider.queued.push({ access_token: "old" });
    expect(await refresher.getAccessToken(ANN)).toBe("old");
    expect(await store.findToken(ANN)).not.toHaveProperty("expiresAt");
  });

  it.each([
    ["no token is stored", { userName: "nobody" }],
    ["the query finds nothing ever", {}],
  ])("asks for a log-in where %s", async (_name, query) => {
    const { refresher } = await world();
    expect(await codeOf(refresher.getAccessToken(query))).toBe("ERR_REAUTHENTICATION_REQUIRED");
  });

  it("hands out a token that can't be refreshed for as long as it is valid, with no random while less", async () => {
    stopTime();
    const { another, store, token } = await world({ expiresInS: 7200 });
    await store.saveToken({ id: token.id, refreshToken: null });
    sleep((7200 - 61) * 1000);
    expect(await another({ jitterSeconds: 600 }).getAccessToken(ANN)).toBe("old");
  });

  it("asks for a log-in where the access token has expired and there is no refresh token", async () => {
    const { refresher, provider, store, token, events } = await world();
    await store.saveToken({ id: token.id, refreshToken: null });
    expect(await codeOf(refresher.getAccessToken(ANN))).toBe("ERR_REAUTHENTICATION_REQUIRED");
    expect(provider.requests).toBe(0);
    expect(events).toEqual([{ type: "reauthenticationRequired", id: token.id }]);
  });
});

describe("an abort", () => {
  it("ends the waiting of who asked, and neither the refresh nor the waiting of others", async () => {
    const { refresher, provider, store } = await world();
    const open = withhold(provider);
    const controller = new AbortController();
    const aborted = refresher.getAccessToken(ANN, { signal: controller.signal });
    const patient = refresher.getAccessToken(ANN);
    await expect.poll(() => provider.inFlight).toBe(1);
    controller.abort(new Error("enough"));
    await expect(aborted).rejects.toThrow("enough");
    open();
    expect(await patient).toBe("fresh-1");
    expect(await store.findToken(ANN)).toMatchObject({ accessToken: "fresh-1" });
  });

  it("of the only one does not stop a refresh that is under way: what it brings is stored", async () => {
    const { refresher, provider, store } = await world();
    const open = withhold(provider);
    const controller = new AbortController();
    const aborted = refresher.getAccessToken(ANN, { signal: controller.signal });
    await expect.poll(() => provider.inFlight).toBe(1);
    controller.abort();
    expect(await codeOf(aborted)).not.toBe("fulfilled");
    open();
    await expect.poll(async () => (await store.findToken(ANN))?.accessToken).toBe("fresh-1");
  });

  it("of all leaves the queue for the lock", async () => {
    const { refresher, provider, another } = await world();
    const requested: AbortSignal[] = [];
    const busy: Lock = {
      request: (_name, { signal }) =>
        new Promise((_resolve, reject) => {
          requested.push(signal!);
          signal!.addEventListener("abort", () => reject(signal!.reason as Error));
        }),
    };
    const controller = new AbortController();
    const aborted = another({ lock: busy }).getAccessToken(ANN, { signal: controller.signal });
    await expect.poll(() => requested.length).toBe(1);
    controller.abort();
    expect(await codeOf(aborted)).not.toBe("fulfilled");
    expect(requested[0]!.aborted).toBe(true);
    await refresher.getAccessToken(ANN);
    expect(provider.requests).toBe(1);
  });

  it("before the call rejects at once", async () => {
    const { refresher, provider } = await world();
    await expect(refresher.getAccessToken(ANN, { signal: AbortSignal.abort(new Error("too late")) })).rejects.toThrow("too late");
    expect(provider.requests).toBe(0);
  });
});

describe("createTokenRefresher", () => {
  it.each([
    ["no store", { store: undefined }],
    ["no refresh function", { refresh: undefined }],
    ["an unknown option", { minValidity: 60 }],
    ["a negative validity", { minValiditySeconds: -1 }],
    ["a lock that is none", { lock: {} }],
    ["a scheme of two words", { scheme: "Bearer x" }],
    ["an origin with a path", { origins: ["https://api.example.com/v1"] }],
    ["a timeout of 0", { lockTimeoutMs: 0 }],
  ])("refuses %s", async (_name, wrong) => {
    const { store, provider } = await world();
    expect(() => createTokenRefresher({ store, refresh: provider.refresh, ...wrong } as never)).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
    );
  });

  it("refuses unknown options of a call", async () => {
    const { refresher } = await world();
    expect(await codeOf(refresher.getAccessToken(ANN, { force: true } as never))).toBe("ERR_OPTION_INVALID");
  });
});
