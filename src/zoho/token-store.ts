import { OptionInvalidError } from "../errors.ts";
import { refuseUnknown } from "../options.ts";
import type { StoredToken, TokenQuery } from "../token.ts";
import type { TokenStore } from "../token-store.ts";
import { RefreshLease } from "./refresh-lease.ts";
import type { RefreshLeaseOptions } from "./refresh-lease.ts";
import { asSdkStore } from "./sdk.ts";
import type { ZohoOAuthToken, ZohoSdk } from "./sdk.ts";
import { orSdkException, unknownIdException } from "./sdk-exception.ts";
import { fillCommonFields, given, toTokenInput } from "./token-fields.ts";

/** The `TokenStore` of Zoho's 6.0, 7.0 and 8.0 SDKs. Every method rejects with the SDK's own `SDKException`, code `TOKEN_STORE`. */
export interface ZohoTokenStore<Token extends ZohoOAuthToken> {
  /** Fills what is null in the token from the stored one and returns it; null, and the token untouched, where none is found. */
  findToken(token: Token): Promise<Token | null>;
  /** A new token; where the id is unknown, see the option `unknownId`. */
  findTokenById(id: string): Promise<Token | null>;
  /** Saves what the token holds; null never erases. Sets the token's id and fills it from what is stored. */
  saveToken(token: Token): Promise<void>;
  /** Resolves for an unknown id too. */
  deleteToken(id: string): Promise<void>;
  /** The most recently saved first; `[]` where there are none. */
  getTokens(): Promise<Token[]>;
  /** Deletes all tokens of the store, and nothing beside it. */
  deleteTokens(): Promise<void>;
}

/** What the adapter does where the SDKs differ or stay silent. */
export interface ZohoTokenStoreOptions {
  /**
   * What `findTokenById` does with an unknown id. `"throw"`, the default, is what the SDKs expect of a mistaken id.
   * `"null"` lets a TypeScript SDK log in with an id of your own and a refresh token that is not stored yet; the
   * nodejs SDKs fail with a TypeError at it.
   */
  unknownId?: "throw" | "null";
  /** Turns concurrent refreshes of one token into one; default off. */
  refreshLease?: RefreshLeaseOptions;
}

/**
 * A store as custom persistence for Zoho's CRM SDKs 6.0, 7.0 and 8.0, in TypeScript or nodejs:
 * `new InitializeBuilder().store(toZohoTokenStore(store, { OAuthToken, UserSignature, SDKException }))`.
 *
 * `findToken` looks up as Zoho's own stores do, by user signature, else access token, else grant or refresh token;
 * the token's id is for `findTokenById` alone.
 *
 * @param sdk the classes of the application's own copy of the SDK; for nodejs also `TokenStore`, or the whole namespace
 * @throws {OptionInvalidError} where a class is missing, or on an unknown option or one of the wrong type
 */
export function toZohoTokenStore<Token extends ZohoOAuthToken>(
  store: TokenStore,
  sdk: ZohoSdk<Token>,
  options: ZohoTokenStoreOptions = {},
): ZohoTokenStore<Token> {
  refuseUnknown(options, ["unknownId", "refreshLease"]);
  requireStore(store);
  const { refreshLease, unknownId } = options as ZohoTokenStoreOptions;
  const onUnknownId = parseUnknownId(unknownId);
  requireClasses(sdk, ["OAuthToken", "UserSignature", "SDKException"]);
  const { OAuthToken, UserSignature, SDKException, TokenStore: base } = sdk;
  const lease = refreshLease === undefined ? undefined : new RefreshLease(refreshLease, Date.now);
  const leased = (read: () => Promise<StoredToken | null>): Promise<StoredToken | null> =>
    lease ? lease.find(read, (id) => store.findTokenById(id)) : read();

  function fill(token: Token, stored: StoredToken): Token {
    fillCommonFields(token, stored);
    if (token.getUserSignature() == null && stored.userName !== undefined) token.setUserSignature(new UserSignature(stored.userName));
    if (token.getAPIDomain() == null && stored.apiDomain !== undefined) token.setAPIDomain(stored.apiDomain);
    return token;
  }
  // The constructor would check for fields that are set only afterwards.
  const toSdkToken = (stored: StoredToken): Token => fill(Reflect.construct(OAuthToken, []) as Token, stored);

  const methods: ZohoTokenStore<Token> = {
    findToken: (token) =>
      orSdkException(SDKException, "The token could not be looked up", async () => {
        const query = toQuery(token);
        if (query === undefined) return null;
        const stored = await leased(() => store.findToken(query));
        return stored === null ? null : fill(token, stored);
      }),
    async findTokenById(id) {
      const stored = await orSdkException(SDKException, "The token could not be looked up", () => leased(() => store.findTokenById(id)));
      if (stored !== null) return toSdkToken(stored);
      if (onUnknownId === "null") return null;
      throw unknownIdException(SDKException);
    },
    saveToken: (token) =>
      orSdkException(SDKException, "The token could not be saved", async () => {
        try {
          fill(token, await store.saveToken(toTokenInput(token)));
        } finally {
          lease?.release(token.getId() ?? "");
        }
      }),
    deleteToken: (id) =>
      orSdkException(SDKException, "The token could not be deleted", async () => {
        await store.deleteToken(id);
        lease?.release(id);
      }),
    getTokens: () => orSdkException(SDKException, "The tokens could not be listed", async () => (await store.getTokens()).map(toSdkToken)),
    deleteTokens: () =>
      orSdkException(SDKException, "The tokens could not be deleted", async () => {
        await store.deleteTokens();
        lease?.releaseAll();
      }),
  };
  return asSdkStore(base, methods);
}

/** Undefined where nothing could be found: `revoke()` asks so, with the id alone, and does not wait for an answer. */
function toQuery(token: ZohoOAuthToken): TokenQuery | undefined {
  const { id: _id, expiresAt: _expiresAt, ...query } = toTokenInput(token);
  // An empty client is one that was given: such a token is not looked up by its access token.
  const clientGiven = token.getClientId() != null || token.getClientSecret() != null;
  if (clientGiven && query.userName === undefined) delete query.accessToken;
  const { userName, accessToken, grantToken, refreshToken } = query;
  return [userName, accessToken, grantToken, refreshToken].some((value) => given(value) !== undefined) ? query : undefined;
}

/** @throws {OptionInvalidError} */
export function parseUnknownId(unknownId: unknown = "throw"): "throw" | "null" {
  if (unknownId === "throw" || unknownId === "null") return unknownId;
  throw new OptionInvalidError('The option unknownId must be "throw" or "null".');
}

/** @throws {OptionInvalidError} where it is none */
export function requireStore(store: TokenStore): void {
  if (typeof store === "object" && (store as TokenStore | null) !== null) return;
  throw new OptionInvalidError("The first argument must be a token store.");
}

/** @throws {OptionInvalidError} where the SDK lacks one of the classes */
export function requireClasses(sdk: object, names: readonly string[]): void {
  const missing = names.find((name) => typeof (sdk as Record<string, unknown> | undefined)?.[name] !== "function");
  if (missing !== undefined) {
    throw new OptionInvalidError(`The second argument must hold the classes ${names.join(", ")} of your SDK; ${missing} is missing.`);
  }
}
