import { refuseUnknown } from "../options.ts";
import type { StoredToken, TokenInput } from "../token.ts";
import type { TokenStore } from "../token-store.ts";
import { asSdkStore } from "./sdk.ts";
import type { ZohoOAuthTokenV2, ZohoSdkV2, ZohoUserV2 } from "./sdk.ts";
import { orSdkException, unknownIdException } from "./sdk-exception.ts";
import { commonFields, fillCommonFields, formatExpiresIn, given } from "./token-fields.ts";
import { parseUnknownId, requireClasses, requireStore } from "./token-store.ts";
import type { ZohoTokenStoreOptions } from "./token-store.ts";

/** How much of the refresh token the 2.x SDKs put into the ids that they make: that in TypeScript, and that for nodejs. */
const ID_TAIL_LENGTHS = [32, 4];

/** The `TokenStore` of Zoho's 2.x SDKs. Every method rejects with the SDK's own `SDKException`, code `TOKEN_STORE`. */
export interface ZohoTokenStoreV2<Token extends ZohoOAuthTokenV2> {
  /** Sets in the token what is stored for the user and returns it; null where none is found that has an access token. */
  getToken(user: ZohoUserV2, token: Token): Promise<Token | null>;
  /** Sets in the token what is stored under the id and returns it; where the id is unknown, see the option `unknownId`. */
  getTokenById(id: string, token: Token): Promise<Token | null>;
  /** Saves what the token holds; null never erases. Sets the token's id. */
  saveToken(user: ZohoUserV2, token: Token): Promise<void>;
  /** Resolves for an unknown token too. */
  deleteToken(token: Token): Promise<void>;
  /** The most recently saved first; `[]` where there are none. */
  getTokens(): Promise<Token[]>;
  /** Deletes all tokens of the store, and nothing beside it. */
  deleteTokens(): Promise<void>;
}

/**
 * A store as custom persistence for Zoho's CRM SDKs 2.x, in TypeScript or nodejs.
 *
 * A token is found by its user and client, and only while the grant token given, or else the refresh token, is
 * the stored one: so a user who logs in anew gets a new token, in the same record. The SDK's own ids hold a
 * part of the refresh token and are not kept; ids of your own are.
 *
 * @param sdk the classes of the application's own copy of the SDK; for nodejs also `TokenStore`
 * @throws {OptionInvalidError} where a class is missing, or on an unknown option or one of the wrong type
 */
export function toZohoTokenStoreV2<Token extends ZohoOAuthTokenV2>(
  store: TokenStore,
  sdk: ZohoSdkV2<Token>,
  options: Pick<ZohoTokenStoreOptions, "unknownId"> = {},
): ZohoTokenStoreV2<Token> {
  refuseUnknown(options, ["unknownId"]);
  requireStore(store);
  const { unknownId } = options;
  const onUnknownId = parseUnknownId(unknownId);
  requireClasses(sdk, ["OAuthToken", "SDKException"]);
  const { OAuthToken, SDKException, TokenStore: base } = sdk;

  async function findFor(userName: string | undefined, token: Token): Promise<StoredToken | null> {
    const { clientId, grantToken, refreshToken } = commonFields(token);
    if (userName === undefined) return null;
    const stored = await store.findToken({ userName, clientId });
    if (stored === null) return null;
    const same = grantToken === undefined ? stored.refreshToken === refreshToken : stored.grantToken === grantToken;
    return same ? stored : null;
  }

  const methods: ZohoTokenStoreV2<Token> = {
    getToken: (user, token) =>
      orSdkException(SDKException, "The token could not be looked up", async () => {
        const stored = await findFor(nameOf(user), token);
        return stored === null ? null : handOut(token, stored);
      }),
    async getTokenById(id, token) {
      const stored = await orSdkException(SDKException, "The token could not be looked up", () => store.findTokenById(id));
      if (stored !== null) return handOut(token, stored);
      if (onUnknownId === "null") return null;
      throw unknownIdException(SDKException);
    },
    saveToken: (user, token) =>
      orSdkException(SDKException, "The token could not be saved", async () => {
        const userName = nameOf(user);
        const fields = commonFields(token);
        const stored = await store.saveToken({ ...fields, userName, id: ownId(fields) });
        token.setId(stored.id);
        if (userName !== undefined) token.setUserMail(userName);
      }),
    deleteToken: (token) =>
      orSdkException(SDKException, "The token could not be deleted", async () => {
        const id = given(token.getId());
        const byId = id === undefined ? null : await store.findTokenById(id);
        const stored = byId ?? (await findFor(given(token.getUserMail()), token));
        if (stored !== null) await store.deleteToken(stored.id);
      }),
    getTokens: () =>
      orSdkException(SDKException, "The tokens could not be listed", async () => {
        const all = await store.getTokens();
        return all.map((stored) => set(Reflect.construct(OAuthToken, []) as Token, stored));
      }),
    deleteTokens: () => orSdkException(SDKException, "The tokens could not be deleted", () => store.deleteTokens()),
  };
  return asSdkStore(base, methods);
}

/** Null sends the SDK to refresh, with what has been set; a token without an access token would be sent as "undefined". */
function handOut<Token extends ZohoOAuthTokenV2>(token: Token, stored: StoredToken): Token | null {
  set(token, stored);
  return stored.accessToken === undefined ? null : token;
}

function set<Token extends ZohoOAuthTokenV2>(token: Token, stored: StoredToken): Token {
  const expiresIn = formatExpiresIn(stored);
  token.setId(stored.id);
  if (stored.refreshToken !== undefined) token.setRefreshToken(stored.refreshToken);
  if (stored.accessToken !== undefined) token.setAccessToken(stored.accessToken);
  if (expiresIn !== undefined) token.setExpiresIn(expiresIn);
  if (stored.userName !== undefined) token.setUserMail(stored.userName);
  fillCommonFields(token, stored);
  return token;
}

function nameOf(user: ZohoUserV2): string | undefined {
  return given("getName" in user ? user.getName() : user.getEmail());
}

/** An id of the application's own, not one that the SDK has made of user, environment and refresh token. */
function ownId({ id, refreshToken }: TokenInput): string | undefined {
  if (id == null) return undefined;
  const tails = ID_TAIL_LENGTHS.map((length) => refreshToken?.slice(-length) ?? "");
  return tails.some((tail) => id.endsWith(`_${tail}`)) ? undefined : id;
}
