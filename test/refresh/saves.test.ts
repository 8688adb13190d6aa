import { expect, it, vi } from "vitest";
import { ANN, codeOf, failing, pass, settle, stopTime, withhold, world } from "./world.ts";

it("what a refresh brought is saved over another change that was made meanwhile, without a second request", async () => {
  const { refresher, provider, store, token } = await world();
  const open = withhold(provider);
  const waiting = refresher.getAccessToken(ANN);
  await expect.poll(() => provider.inFlight).toBe(1);
  await store.saveToken({ id: token.id, scope: "another" });
  open();
  expect(await waiting).toBe("fresh-1");
  expect(await store.findToken(ANN)).toMatchObject({ accessToken: "fresh-1", scope: "another" });
  expect(provider.requests).toBe(1);
});

it("what could not be stored is stored at a later use that needs no refresh", async () => {
  stopTime();
  const { another, provider, store } = await world();
  const { store: weak, saves } = failing(store);
  const refresher = another({ store: weak });
  expect(await refresher.getAccessToken(ANN)).toBe("fresh-1");
  await pass(300_000, 200);
  saves.work = true;
  await pass(300_000, 20);
  expect(await store.findToken(ANN)).toMatchObject({ accessToken: "old" });
  expect(await refresher.getAccessToken(ANN)).toBe("fresh-1");
  await settle();
  await pass(60_000);
  expect(await store.findToken(ANN)).toMatchObject({ accessToken: "fresh-1" });
  expect(provider.requests).toBe(1);
});

it("a refresh under way is given to waitUntil, which sees its token stored though nobody waits for it any more", async () => {
  const given: Promise<void>[] = [];
  const { refresher, provider, store } = await world({ options: { waitUntil: (promise) => void given.push(promise) } });
  const open = withhold(provider);
  const controller = new AbortController();
  const aborted = codeOf(refresher.getAccessToken(ANN, { signal: controller.signal }));
  await expect.poll(() => provider.inFlight).toBe(1);
  controller.abort();
  await aborted;
  open();
  expect(given).not.toEqual([]);
  await Promise.all(given);
  expect(await store.findToken(ANN)).toMatchObject({ accessToken: "fresh-1" });
});

it("the lock is free as soon as what could not be stored at first is stored", async () => {
  stopTime();
  const { another, provider, store } = await world();
  const { store: weak, saves } = failing(store);
  expect(await another({ store: weak }).getAccessToken(ANN)).toBe("fresh-1");
  const answered = vi.fn();
  void another().getAccessToken(ANN).then(answered);
  await pass(1000);
  expect(answered).not.toHaveBeenCalled();
  saves.work = true;
  await pass(4000);
  expect(answered).toHaveBeenCalledWith("fresh-1");
  expect(provider.requests).toBe(1);
});

it("what could not be stored is given to waitUntil for as long as it is being tried", async () => {
  stopTime();
  const given: Promise<void>[] = [];
  const { another, store } = await world();
  const { store: weak, saves } = failing(store);
  const refresher = another({ store: weak, random: () => 0.5, waitUntil: (promise) => void given.push(promise) });
  expect(await refresher.getAccessToken(ANN)).toBe("fresh-1");
  const over = vi.fn();
  await pass(12_000);
  void Promise.all(given).then(over);
  await pass(1000);
  expect(over).not.toHaveBeenCalled();
  saves.work = true;
  await pass(60_000);
  expect(over).toHaveBeenCalled();
  expect(await store.findToken(ANN)).toMatchObject({ accessToken: "fresh-1" });
});

it("of two grants that could not be stored, the later one's access token does not get the lifetime of the earlier one", async () => {
  stopTime();
  const { another, provider, store } = await world();
  const { store: weak, saves } = failing(store);
  const refresher = another({ store: weak });
  provider.queued.push({ access_token: "one", refresh_token: "next", expires_in: 3600 }, { access_token: "two" });
  expect(await refresher.getAccessToken(ANN)).toBe("one");
  await pass(11_000);
  expect(await refresher.getAccessToken(ANN, { forceRefresh: true })).toBe("two");
  saves.work = true;
  await pass(60_000);
  const stored = await store.findToken(ANN);
  expect(stored).toMatchObject({ accessToken: "two", refreshToken: "next" });
  expect(stored).not.toHaveProperty("expiresAt");
});

it("what could not be stored is tried no more once its token is deleted", async () => {
  stopTime();
  const { another, store, token } = await world();
  const { store: weak, saves } = failing(store);
  expect(await another({ store: weak }).getAccessToken(ANN)).toBe("fresh-1");
  await store.deleteToken(token.id);
  const { tried } = saves;
  saves.work = true;
  await pass(60_000);
  expect(saves.tried).toBe(tried + 1);
  expect(await store.getTokens()).toEqual([]);
});
