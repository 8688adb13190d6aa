import { describe, expect, it } from "vitest";
import { createMemoryTokenStore } from "../../src/index.ts";
import type { EdgeTokenStore, StoredToken, TokenStore } from "../../src/index.ts";
import { ANN, codeOf, settle, stopTime, troubled, withhold, world } from "./world.ts";

/** An isolate of eventually consistent storage: it saves over whatever is there, and goes on seeing the token. */
function isolate(store: TokenStore, token: StoredToken): { store: TokenStore; written: () => StoredToken | undefined } {
  let written: StoredToken | undefined = token;
  const seen = async (): Promise<StoredToken> => ({ ...(written ?? token) });
  const stale: TokenStore = {
    ...troubled(store, () => {}),
    findToken: seen,
    findTokenById: seen,
    saveToken: async (fields) => (written = { ...token, ...(fields as StoredToken), version: (written ?? token).version + 1 }),
    deleteToken: async () => void (written = undefined),
  };
  return { store: stale, written: () => written };
}

describe("logging out", () => {
  it.each<[string, (store: TokenStore, id: string, logOut: () => Promise<void>) => Promise<void>]>([
    ["the store's deleteToken", (store, id) => store.deleteToken(id)],
    ["the store's deleteTokens", (store) => store.deleteTokens()],
    ["logOut", (_store, _id, logOut) => logOut()],
  ])("by %s while a refresh is in flight is not undone by it, and yields no token", async (_name, remove) => {
    const { refresher, another, provider, store, token, events } = await world();
    const open = withhold(provider);
    const waiting = codeOf(refresher.getAccessToken(ANN));
    await expect.poll(() => provider.inFlight).toBe(1);
    await remove(store, token.id, () => another().logOut(ANN));
    open();
    expect(await waiting).toBe("ERR_REAUTHENTICATION_REQUIRED");
    expect(await store.getTokens()).toEqual([]);
    expect(events).toEqual([]);
    expect(await codeOf(refresher.getAccessToken(ANN))).toBe("ERR_REAUTHENTICATION_REQUIRED");
    expect(provider.requests).toBe(1);
  });

  it("and in again while a refresh is in flight keeps what the new log-in brought", async () => {
    const { refresher, provider, store, token } = await world();
    const open = withhold(provider, () => ({ access_token: "of before", refresh_token: "of before", expires_in: 3600 }));
    const waiting = refresher.getAccessToken(ANN);
    await expect.poll(() => provider.inFlight).toBe(1);
    await refresher.logOut(ANN);
    await store.saveToken({ ...ANN, refreshToken: "second", accessToken: "second", expiresAt: Date.now() + 3_600_000 });
    open();
    expect(await waiting).toBe("second");
    expect(await store.findToken({ id: token.id })).toMatchObject({ refreshToken: "second" });
  });

  it("holds on a storage that neither compares nor shows what another isolate deleted", async () => {
    const { another, provider, store, token, lock } = await world();
    const stale = isolate(store, token);
    const open = withhold(provider);
    const waiting = codeOf(another({ store: stale.store, lock }).getAccessToken(ANN));
    await expect.poll(() => provider.inFlight).toBe(1);
    await another({ store, lock }).logOut(ANN);
    open();
    expect(await waiting).toBe("ERR_REAUTHENTICATION_REQUIRED");
    expect(stale.written()).toBeUndefined();
    expect(await codeOf(another({ store: stale.store, lock }).getAccessToken(ANN))).toBe("ERR_REAUTHENTICATION_REQUIRED");
    expect(provider.requests).toBe(1);
  });

  it("leaves its word before the token goes: what a refresh saves right after the deletion goes as well", async () => {
    const { another, provider, store, token, lock } = await world();
    const stale = isolate(store, token);
    const open = withhold(provider);
    const waiting = codeOf(another({ store: stale.store, lock }).getAccessToken(ANN));
    await expect.poll(() => provider.inFlight).toBe(1);
    const deleteToken = async (id: string): Promise<void> => {
      await store.deleteToken(id);
      open();
      await waiting;
    };
    await another({ store: { ...troubled(store, () => {}), deleteToken }, lock }).logOut(ANN);
    expect(await waiting).toBe("ERR_REAUTHENTICATION_REQUIRED");
    expect(stale.written()).toBeUndefined();
  });

  it("of who has refreshed goes for the token that this brought, though the storage still shows the one before", async () => {
    const { another, provider, store, token, lock } = await world();
    const stale = isolate(store, token);
    const old = { findToken: async () => ({ ...token }), findTokenById: async () => ({ ...token }) };
    const refresher = another({ store: { ...stale.store, ...old }, lock });
    expect(await refresher.getAccessToken(ANN)).toBe("fresh-1");
    const open = withhold(provider);
    const waiting = codeOf(another({ store: stale.store, lock }).getAccessToken(ANN, { forceRefresh: true }));
    await expect.poll(() => provider.inFlight).toBe(1);
    await refresher.logOut(ANN);
    open();
    expect(await waiting).toBe("ERR_REAUTHENTICATION_REQUIRED");
    expect(stale.written()).toBeUndefined();
  });

  it("of what is not there is fine", async () => {
    const { refresher, token } = await world();
    await refresher.logOut({ userName: "nobody" });
    expect(await refresher.getAccessToken({ id: token.id })).toBe("fresh-1");
  });

  it("forgets a token that could not be stored", async () => {
    stopTime();
    const { another, store } = await world();
    const weak: TokenStore = {
      findToken: (query) => store.findToken(query),
      findTokenById: (id) => store.findTokenById(id),
      saveToken: () => Promise.reject(new Error("gone")),
      deleteToken: (id) => store.deleteToken(id),
      getTokens: () => store.getTokens(),
      deleteTokens: () => store.deleteTokens(),
    };
    const refresher = another({ store: weak });
    expect(await refresher.getAccessToken(ANN)).toBe("fresh-1");
    await refresher.logOut(ANN);
    expect(await codeOf(refresher.getAccessToken(ANN))).toBe("ERR_REAUTHENTICATION_REQUIRED");
    await settle();
    expect(await store.getTokens()).toEqual([]);
  });
});

/** What it compares a save with is what it shows. */
function eventualOver(store: TokenStore): (find: () => Promise<StoredToken | null>) => TokenStore & Pick<EdgeTokenStore, "capabilities"> {
  const { capabilities } = createMemoryTokenStore();
  return (find) => ({
    ...troubled(store, () => {}),
    findToken: find,
    findTokenById: find,
    saveToken: (fields) => store.saveToken(fields),
    capabilities: { ...capabilities, consistency: "eventual" },
  });
}

describe("an eventually consistent storage", () => {
  it.each([
    ["refreshes again where the provider does not rotate refresh tokens", undefined, "fulfilled", 2],
    ["is told to come back where it does", "next", "ERR_REFRESH_FAILED", 1],
  ])("that still shows the next holder a token that has expired: it %s", async (_name, refreshToken, expected, requests) => {
    const { another, provider, store, token } = await world();
    const eventual = eventualOver(store);
    provider.queued.push({ access_token: "first", expires_in: 3600, refresh_token: refreshToken });
    expect(await another({ store: eventual(() => store.findToken(ANN)) }).getAccessToken(ANN)).toBe("first");
    expect(await codeOf(another({ store: eventual(async () => ({ ...token })) }).getAccessToken(ANN))).toBe(expected);
    expect(provider.requests).toBe(requests);
  });

  it("that still shows the next holder a token which the API refuses: it is not handed out, though it lasts", async () => {
    const { another, store, token } = await world({ expiresInS: 1800 });
    const eventual = eventualOver(store);
    expect(await another({ store: eventual(() => store.findToken(ANN)) }).getAccessToken(ANN, { forceRefresh: true })).toBe("fresh-1");
    const next = another({ store: eventual(async () => ({ ...token })) });
    expect(await next.getAccessToken(ANN, { forceRefresh: true })).toBe("fresh-2");
  });

  it("that still shows the old token does not make who refreshed it refresh again", async () => {
    const { another, provider, store, token } = await world();
    const stale: TokenStore = {
      findToken: async () => ({ ...token }),
      findTokenById: async () => ({ ...token }),
      saveToken: (fields, options) => store.saveToken(fields, options),
      deleteToken: (id) => store.deleteToken(id),
      getTokens: () => store.getTokens(),
      deleteTokens: () => store.deleteTokens(),
    };
    const refresher = another({ store: stale });
    for (let time = 0; time < 5; time++) expect(await refresher.getAccessToken(ANN)).toBe("fresh-1");
    expect(provider.requests).toBe(1);
  });
});
