import { describe, expect, it } from "vitest";
import { StoreUnavailableError } from "../../src/index.ts";
import type { EdgeTokenStore, StoredToken } from "../../src/index.ts";
import type { ZohoTokenStoreOptions } from "../../src/zoho/index.ts";
import { adaptV2, buildV2, callV2, initializeV2, isExceptionV2, user } from "../support/zoho-sdk-v2.ts";
import type { SdkTokenV2 } from "../support/zoho-sdk-v2.ts";
import { CLIENT, INVALID_CODE } from "../support/zoho-server.ts";
import type { ZohoServer } from "../support/zoho-server.ts";
import { freshForEach, onlyRow } from "./sdk-fixture.ts";
import type { StoreFixture } from "./sdk-fixture.ts";

export function zohoSdkV2Suite(storage: string, create: () => Promise<StoreFixture>): void {
  describe(`typescript-sdk-2.0 on ${storage}`, () => {
    let server: ZohoServer;
    let store: EdgeTokenStore;
    freshForEach(create, (fresh) => ({ server, store } = fresh));

    /** A process starts with this token and makes one call. */
    async function use(token: SdkTokenV2, options?: Pick<ZohoTokenStoreOptions, "unknownId">): Promise<SdkTokenV2> {
      await initializeV2(server.url, "ann", token, adaptV2(store, options));
      expect(await callV2()).toBe(200);
      return token;
    }
    async function loggedIn(): Promise<StoredToken> {
      await use(buildV2({ grantToken: server.issueGrant() }));
      server.requests.length = 0;
      return onlyRow(store);
    }

    it("logs in with a grant, under an id that tells nothing of the refresh token", async () => {
      const grantToken = server.issueGrant();
      const token = await use(buildV2({ grantToken }));
      const row = await onlyRow(store);
      expect(row).toMatchObject({ userName: "ann", clientId: CLIENT.id, grantToken, refreshToken: token.getRefreshToken() });
      expect(token.getId()).toBe(row.id);
      expect(token.getUserMail()).toBe("ann");
      expect(row.id).not.toContain(row.refreshToken!.slice(-8));
    });

    it("starts again with the refresh token, the same grant or the id, and asks for nothing", async () => {
      const { id, refreshToken, grantToken } = await loggedIn();
      await use(buildV2({ refreshToken: refreshToken! }));
      await use(buildV2({ grantToken: grantToken! }));
      const byId = await use(buildV2({ id }));
      expect(byId.getClientSecret()).toBe(CLIENT.secret);
      expect(server.grants).toEqual([]);
      await onlyRow(store);
    });

    it("refreshes an expired token, found by refresh token or id, and saves it over the old one", async () => {
      const row = await loggedIn();
      for (const parts of [{ refreshToken: row.refreshToken! }, { id: row.id }]) {
        await store.saveToken({ id: row.id, expiresAt: Date.now() - 1 });
        await use(buildV2(parts));
        const refreshed = await onlyRow(store);
        expect(refreshed.id).toBe(row.id);
        expect(refreshed.expiresAt!).toBeGreaterThan(Date.now());
      }
      expect(server.grants).toEqual(["refresh_token", "refresh_token"]);
    });

    it("lets a known user log in anew with another grant", async () => {
      const before = await loggedIn();
      await use(buildV2({ grantToken: server.issueGrant() }));
      const after = await onlyRow(store);
      expect(server.grants).toEqual(["authorization_code"]);
      expect(after.id).toBe(before.id);
      expect(after.refreshToken).not.toBe(before.refreshToken);
    });

    it("refreshes a stored token that has no access token yet", async () => {
      const refreshToken = server.issueRefreshToken();
      const { id } = await store.saveToken({ userName: "ann", clientId: CLIENT.id, clientSecret: CLIENT.secret, refreshToken });
      await use(buildV2({ id }));
      expect(server.grants).toEqual(["refresh_token"]);
      expect((await onlyRow(store)).accessToken).toBeDefined();
    });

    it("refuses an unknown id, and takes one of the application's own where it is allowed", async () => {
      const refreshToken = server.issueRefreshToken();
      const mine = (): SdkTokenV2 => buildV2({ id: "tenant-42", refreshToken });
      await expect(use(mine())).rejects.toSatisfy(isExceptionV2);
      expect(server.requests).toEqual([]);
      await use(mine(), { unknownId: "null" });
      await use(mine());
      expect(await onlyRow(store)).toMatchObject({ id: "tenant-42", refreshToken });
      expect(server.grants).toEqual(["refresh_token"]);
    });

    it("removes a token", async () => {
      await loggedIn();
      const token = await use(buildV2({ grantToken: (await onlyRow(store)).grantToken! }));
      expect(await token.remove()).toBe(true);
      expect(await store.getTokens()).toEqual([]);
    });

    it("removes by user and refresh token where the token knows no id, and nobody else's", async () => {
      const { refreshToken } = await loggedIn();
      const adapter = adaptV2(store);
      const other = buildV2({ refreshToken: "another" });
      other.setUserMail("ann");
      await adapter.deleteToken(other);
      await onlyRow(store);
      const mine = buildV2({ refreshToken: refreshToken! });
      mine.setUserMail("ann");
      await adapter.deleteToken(mine);
      expect(await store.getTokens()).toEqual([]);
    });

    it("fails with its own exception where store or server fail, and keeps what is stored", async () => {
      const row = await loggedIn();
      await store.saveToken({ id: row.id, expiresAt: 1 });
      server.nextAnswers.push(INVALID_CODE);
      await expect(use(buildV2({ refreshToken: row.refreshToken! }))).rejects.toSatisfy(isExceptionV2);
      expect(await onlyRow(store)).toMatchObject({ accessToken: row.accessToken, refreshToken: row.refreshToken });

      const down = { findToken: () => Promise.reject(new StoreUnavailableError("The storage is down.")) };
      await initializeV2(server.url, "ann", buildV2({ refreshToken: row.refreshToken! }), adaptV2({ ...store, ...down }));
      await expect(callV2()).rejects.toSatisfy(isExceptionV2);
      expect(server.grants).toEqual(["refresh_token"]);
    });

    it("lists all tokens, and none as an empty array", async () => {
      const adapter = adaptV2(store);
      expect(await adapter.getTokens()).toEqual([]);
      const tokens = ["ann", "bob"].map((name) => ({ name, token: buildV2({ refreshToken: `refresh-of-${name}` }) }));
      await Promise.all(tokens.map(({ name, token }) => adapter.saveToken(user(name), token)));
      expect((await adapter.getTokens()).map((token) => token.getUserMail()).sort()).toEqual(["ann", "bob"]);
      await adapter.deleteTokens();
      expect(await adapter.getTokens()).toEqual([]);
    });

    it("finds nothing for a user without a name, and lists what was saved for none", async () => {
      const adapter = adaptV2(store);
      const nobody = user("");
      expect(await adapter.getToken(nobody, buildV2({ refreshToken: "r" }))).toBeNull();
      const unnamed = buildV2({ grantToken: "g" });
      await adapter.saveToken(nobody, unnamed);
      expect(await onlyRow(store)).not.toHaveProperty("userName");
      expect(unnamed.getUserMail()).toBeFalsy();
      const [listed] = await adapter.getTokens();
      expect([listed!.getId(), listed!.getGrantToken()]).toEqual([unnamed.getId(), "g"]);
      expect([listed!.getRefreshToken(), listed!.getUserMail()].filter(Boolean)).toEqual([]);
    });

    it("may name its user by getEmail, as in nodejs", async () => {
      const adapter = adaptV2(store);
      await adapter.saveToken({ getEmail: () => "ann@example.com" }, buildV2({ refreshToken: "r" }));
      expect(await onlyRow(store)).toMatchObject({ userName: "ann@example.com" });
    });
  });
}
