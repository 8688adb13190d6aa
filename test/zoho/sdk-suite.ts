import { describe, expect, it } from "vitest";
import { StoreUnavailableError } from "../../src/index.ts";
import type { EdgeTokenStore, StoredToken, TokenStore } from "../../src/index.ts";
import type { ZohoTokenStoreOptions } from "../../src/zoho/index.ts";
import { ZOHO_SDKS } from "../support/zoho-sdks.ts";
import type { SdkToken } from "../support/zoho-sdks.ts";
import { CLIENT, HTML, INVALID_CODE, RATE_LIMIT, USER } from "../support/zoho-server.ts";
import type { ZohoServer } from "../support/zoho-server.ts";
import { freshForEach, onlyRow } from "./sdk-fixture.ts";
import type { StoreFixture } from "./sdk-fixture.ts";

const USER_NAME = `${USER.email}:${USER.organization}`;

/** The real SDKs from npm, from log-in to removal, on one kind of storage. */
export function zohoSdkSuite(storage: string, create: () => Promise<StoreFixture>): void {
  describe.each(ZOHO_SDKS)(`$name on ${storage}`, (sdk) => {
    let server: ZohoServer;
    let fixture: StoreFixture;
    let store: EdgeTokenStore;
    freshForEach(create, (fresh) => ({ server, fixture, store } = fresh));

    /** A process starts, with this token and a store of its own. */
    async function start(token: SdkToken, options?: ZohoTokenStoreOptions): Promise<SdkToken> {
      await sdk.initialize(server.url, token, sdk.adapt(fixture.open(), options));
      return token;
    }
    /** A user has logged in and is stored; the server's record begins anew. */
    async function loggedIn(): Promise<StoredToken> {
      await start(sdk.build({ grantToken: server.issueGrant() }));
      server.requests.length = 0;
      return onlyRow(store);
    }
    const expire = ({ id }: StoredToken): Promise<StoredToken> => store.saveToken({ id, expiresAt: Date.now() - 1000 });

    it("logs in with a grant, once", async () => {
      const grantToken = server.issueGrant();
      const token = await start(sdk.build({ grantToken }));
      expect(await sdk.call()).toBe(200);
      const row = await onlyRow(store);
      expect(server.grants).toEqual(["authorization_code"]);
      expect(row).toMatchObject({
        userName: USER_NAME,
        clientId: CLIENT.id,
        clientSecret: CLIENT.secret,
        grantToken,
        apiDomain: server.url,
      });
      expect(row).toMatchObject({ accessToken: token.getAccessToken(), refreshToken: token.getRefreshToken(), id: token.getId() });
      expect(row.expiresAt! - Date.now()).toBeGreaterThan(3_500_000);
      expect(lastAuthorization(server)).toBe(`Zoho-oauthtoken ${row.accessToken}`);
    });

    it("starts again with the refresh token, the same grant or the id, and asks for nothing", async () => {
      const { id, refreshToken, grantToken, accessToken, version } = await loggedIn();
      for (const token of [sdk.build({ refreshToken: refreshToken! }), sdk.build({ grantToken: grantToken! }), sdk.build({ id })]) {
        await start(token);
        expect(await sdk.call()).toBe(200);
        expect(token.getId()).toBe(id);
        expect(lastAuthorization(server)).toBe(`Zoho-oauthtoken ${accessToken}`);
      }
      expect(server.grants).toEqual([]);
      expect((await onlyRow(store)).version).toBe(version);
    });

    it("refreshes an expired token and saves it over the old one", async () => {
      const row = await loggedIn();
      await expire(row);
      await start(sdk.build({ refreshToken: row.refreshToken! }));
      expect(await sdk.call()).toBe(200);
      const refreshed = await onlyRow(store);
      expect(server.grants).toEqual(["refresh_token"]);
      expect(refreshed).toMatchObject({ id: row.id, refreshToken: row.refreshToken, userName: USER_NAME });
      expect(refreshed.accessToken).not.toBe(row.accessToken);
      expect(refreshed.expiresAt!).toBeGreaterThan(Date.now());
    });

    it("refuses an unknown id before anything is asked", async () => {
      await expect(start(sdk.build({ id: "nobody" }))).rejects.toSatisfy(sdk.isException);
      expect(server.requests).toEqual([]);
    });

    it("keeps an id of the application's own", async () => {
      const refreshToken = server.issueRefreshToken();
      const mine = (): SdkToken => sdk.build({ id: "tenant-42", refreshToken });
      if (sdk.takesNull) {
        await start(mine(), { unknownId: "null" });
        expect(server.grants).toEqual(["refresh_token"]);
      } else {
        await expect(start(mine(), { unknownId: "null" })).rejects.toThrow(TypeError.name);
        await store.saveToken({ id: "tenant-42", clientId: CLIENT.id, clientSecret: CLIENT.secret, refreshToken });
      }
      await start(mine());
      expect(await sdk.call()).toBe(200);
      expect(await onlyRow(store)).toMatchObject({ id: "tenant-42", refreshToken });
      expect(server.grants).toEqual(["refresh_token"]);
    });

    it("finds a user by the user signature, and no stranger", async () => {
      const { id } = await loggedIn();
      const token = await start(sdk.build({ userName: USER_NAME }));
      expect(token.getId()).toBe(id);
      expect(await sdk.call()).toBe(200);
      await expect(start(sdk.build({ userName: "bob@example.com" }))).rejects.toSatisfy(sdk.isException);
      expect(server.grants).toEqual([]);
    });

    it("switches users, each with a token of its own", async () => {
      await start(sdk.build({ grantToken: server.issueGrant(), userName: "ann" }));
      await sdk.call();
      const ann = lastAuthorization(server);
      await sdk.switchUser(server.url, sdk.build({ grantToken: server.issueGrant(), userName: "bob" }));
      await sdk.call();
      const bob = lastAuthorization(server);
      expect(bob).not.toBe(ann);
      expect((await store.findToken({ userName: "ann" }))?.accessToken).toBe(bearer(ann));
      expect((await store.findToken({ userName: "bob" }))?.accessToken).toBe(bearer(bob));
      expect(await store.getTokens()).toHaveLength(2);
    });

    it("removes a token", async () => {
      await loggedIn();
      expect(await (await sdk.currentToken()).remove()).toBe(true);
      expect(await store.getTokens()).toEqual([]);
    });

    it("survives the SDK's revoke, which revokes nothing", async () => {
      const { id } = await loggedIn();
      const token = await sdk.currentToken();
      const revoked = await token.revoke(id).catch(sdk.isException);
      expect(revoked).toBe(!sdk.takesNull);
      expect(server.requests).toEqual([]);
      expect(await onlyRow(store)).toMatchObject({ id });
    });

    it("keeps an access token that is all there is", async () => {
      const accessToken = server.issueAccessToken();
      for (let round = 0; round < 2; round++) {
        await start(sdk.build({ accessToken }));
        expect(await sdk.call()).toBe(200);
      }
      expect(await onlyRow(store)).toMatchObject({ accessToken, userName: USER_NAME });
      expect(server.grants).toEqual([]);
    });

    it.each([2, 5])("makes one refresh of %i concurrent calls with a lease, and as many as calls without", async (calls) => {
      const concurrently = async (options?: ZohoTokenStoreOptions): Promise<void> => {
        await start(sdk.build({ refreshToken: row.refreshToken! }), options);
        await expire(row);
        server.requests.length = 0;
        expect(await Promise.all(Array.from({ length: calls }, () => sdk.call()))).toEqual(Array.from({ length: calls }, () => 200));
      };
      const row = await loggedIn();
      await concurrently();
      expect(server.grants).toHaveLength(calls);
      await concurrently({ refreshLease: { seconds: 30 } });
      expect(server.grants).toEqual(["refresh_token"]);
      const { accessToken } = await onlyRow(store);
      const used = server.requests.filter(({ path }) => path !== "/oauth/v2/token").map(({ authorization }) => bearer(authorization));
      expect(new Set(used)).toEqual(new Set([accessToken]));
    });

    it("fails with the SDK's exception where the store can't save", async () => {
      const failing = override(store, { saveToken: () => Promise.reject(new StoreUnavailableError("The disk is full.")) });
      const token = sdk.build({ grantToken: server.issueGrant() });
      const error: unknown = await sdk.initialize(server.url, token, sdk.adapt(failing)).catch((thrown: unknown) => thrown);
      expect(error).toSatisfy(sdk.isException);
      expect(reasonsOf(error)).toContain("ERR_STORE_UNAVAILABLE: The disk is full.");
    });

    it("fails with the SDK's exception where the store can't look up, and asks for no new token", async () => {
      const { id, refreshToken } = await loggedIn();
      const down = (): Promise<never> => Promise.reject(new StoreUnavailableError("The storage is down."));
      const failing = override(store, { findToken: down, findTokenById: down });
      for (const token of [sdk.build({ id }), sdk.build({ refreshToken: refreshToken! }), sdk.build({ userName: USER_NAME })]) {
        await expect(sdk.initialize(server.url, token, sdk.adapt(failing))).rejects.toSatisfy(sdk.isException);
      }
      expect(server.requests).toEqual([]);
    });

    it.each([
      ["invalid_code", INVALID_CODE],
      ["a rate limit", RATE_LIMIT],
      ["HTML", HTML],
    ])("keeps what is stored where the refresh gets %s with status 200", async (_name, answer) => {
      const row = await expire(await loggedIn());
      server.nextAnswers.push(answer);
      await expect(start(sdk.build({ refreshToken: row.refreshToken! }))).rejects.toSatisfy(sdk.isException);
      expect(await onlyRow(store)).toEqual(row);
      await start(sdk.build({ refreshToken: row.refreshToken! }));
      expect(server.grants).toEqual(["refresh_token", "refresh_token"]);
    });

    it("saves five users at once as five tokens", async () => {
      const adapter = sdk.adapt(store);
      const tokens = ["ann", "bob", "cy", "di", "ed"].map((userName) => sdk.build({ userName, refreshToken: `refresh-of-${userName}` }));
      await Promise.all(tokens.map((token) => adapter.saveToken(token)));
      expect(new Set(tokens.map((token) => token.getId())).size).toBe(5);
      for (const token of tokens) {
        const found = await adapter.findTokenById(token.getId()!);
        expect(found?.getUserSignature()?.getName()).toBe(token.getUserSignature()?.getName());
      }
      expect(await adapter.getTokens()).toHaveLength(5);
    });
  });
}

/** The SDKs wrap what a store throws once more; nodejs puts it where the message belongs. */
function reasonsOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { code, message, cause } = error as Error & { code?: string; message: unknown };
  return [`${code}: ${message}`, ...reasonsOf(message), ...reasonsOf(cause)];
}

function lastAuthorization(server: ZohoServer): string | undefined {
  return server.requests.at(-1)?.authorization;
}

function bearer(authorization: string | undefined): string | undefined {
  return authorization?.replace("Zoho-oauthtoken ", "");
}

function override(store: TokenStore, methods: Partial<TokenStore>): TokenStore {
  return {
    findToken: (query) => store.findToken(query),
    findTokenById: (id) => store.findTokenById(id),
    saveToken: (token, options) => store.saveToken(token, options),
    deleteToken: (id) => store.deleteToken(id),
    getTokens: () => store.getTokens(),
    deleteTokens: () => store.deleteTokens(),
    ...methods,
  };
}
