import { createStorage } from "unstorage";
import { beforeEach, describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { createMemoryTokenStore } from "../../src/index.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { createProcessLock } from "../../src/locks/index.ts";
import type { Lock } from "../../src/locks/index.ts";
import { createTokenRefresher } from "../../src/refresh/index.ts";
import type { TokenRefresher, TokenRefresherOptions } from "../../src/refresh/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { codeOf } from "./world.ts";

const NOW = 1_700_000_000_000;
const HOUR_MS = 3_600_000;
const ANN = { userName: "ann", clientId: "c" };
const SESSION = { ...ANN, refreshToken: "first", accessToken: "old", expiresAt: NOW - 1 };
const LOGIN = { ...ANN, refreshToken: "second", accessToken: "of the new log-in", expiresAt: NOW + HOUR_MS };
const now = (): number => NOW;

// Ids are derived and versions begin anew, so that a log-in in the same millisecond is told by its refresh token alone.
describe.each<[string, () => EdgeTokenStore]>([
  ["memory", () => createMemoryTokenStore({ now })],
  ["unstorage", () => createUnstorageTokenStore(createStorage(), { secret: SECRET, now })],
])("a log-in within the millisecond of the log-in before, on %s,", (_name, create) => {
  let store: EdgeTokenStore;
  let lock: Lock;
  beforeEach(async () => {
    store = create();
    lock = createProcessLock();
    await store.saveToken(SESSION);
  });

  const refresher = (refresh: TokenRefresherOptions["refresh"]): TokenRefresher => createTokenRefresher({ store, lock, refresh, now });
  const grant = async (): Promise<Response> => Response.json({ access_token: "fresh", refresh_token: "rotated", expires_in: 3600 });
  const refused = async (): Promise<Response> => Response.json({ error: "invalid_grant" }, { status: 400 });
  const logInAnew = async (): Promise<void> => {
    await store.deleteTokens();
    await store.saveToken(LOGIN);
  };

  it("is not written over by a refresh of the one before", async () => {
    const asked = refresher(async () => {
      await logInAnew();
      return grant();
    });
    expect(await asked.getAccessToken(ANN)).toBe(LOGIN.accessToken);
    expect(await store.findToken(ANN)).toMatchObject({ ...LOGIN, version: 1 });
  });

  it("is what is handed out, and nothing that was refreshed before", async () => {
    const same = refresher(grant);
    expect(await same.getAccessToken(ANN)).toBe("fresh");
    await logInAnew();
    expect(await same.getAccessToken(ANN)).toBe(LOGIN.accessToken);
  });

  it("is not taken for what the user has logged out of, before or after a refresh", async () => {
    const same = refresher(grant);
    for (const refreshed of [false, true]) {
      if (refreshed) await same.getAccessToken(ANN);
      await same.logOut(ANN);
      await store.saveToken({ ...LOGIN, refreshToken: `${refreshed}`, expiresAt: NOW - 1 });
      expect(await same.getAccessToken(ANN)).toBe("fresh");
    }
  });

  it("is refreshed although the provider has refused the one before", async () => {
    expect(await codeOf(refresher(refused).getAccessToken(ANN))).toBe("ERR_REAUTHENTICATION_REQUIRED");
    await store.deleteTokens();
    await store.saveToken({ ...LOGIN, expiresAt: NOW - 1 });
    expect(await refresher(grant).getAccessToken(ANN)).toBe("fresh");
  });
});

it("what a provider has refused of one storage holds up nobody who has the same user in another", async () => {
  const lock = createProcessLock();
  const [first, second] = [SESSION, { ...SESSION, refreshToken: "second" }].map((token) => ({
    store: createUnstorageTokenStore(createStorage(), { secret: SECRET, now }),
    token,
  }));
  for (const { store, token } of [first!, second!]) await store.saveToken(token);
  const refuse = async (): Promise<Response> => Response.json({ error: "invalid_grant" }, { status: 400 });
  await codeOf(createTokenRefresher({ store: first!.store, lock, now, refresh: refuse }).getAccessToken(ANN));
  const refresh = async (): Promise<{ accessToken: string }> => ({ accessToken: "fresh" });
  expect(await createTokenRefresher({ store: second!.store, lock, now, refresh }).getAccessToken(ANN)).toBe("fresh");
});
