/**
 * What the adapters need of Zoho's SDKs, by shape. The SDKs themselves are never imported, in types neither:
 * each application brings its own copy, and the SDK knows only objects of that copy.
 */

/** The token of the 6.0, 7.0 and 8.0 SDKs. `expiresIn` is a string of absolute epoch milliseconds. */
export interface ZohoOAuthToken {
  getId(): string | null | undefined;
  setId(id: string): void;
  getUserSignature(): ZohoUserSignature | null | undefined;
  setUserSignature(userSignature: ZohoUserSignature | null): void;
  getClientId(): string | null | undefined;
  setClientId(clientId: string): void;
  getClientSecret(): string | null | undefined;
  setClientSecret(clientSecret: string): void;
  getRedirectURL(): string | null | undefined;
  setRedirectURL(redirectUrl: string): void;
  getGrantToken(): string | null | undefined;
  setGrantToken(grantToken: string): void;
  getRefreshToken(): string | null | undefined;
  setRefreshToken(refreshToken: string): void;
  getAccessToken(): string | null | undefined;
  setAccessToken(accessToken: string): void;
  getExpiresIn(): string | null | undefined;
  setExpiresIn(expiresIn: string): void;
  getAPIDomain(): string | null | undefined;
  setAPIDomain(apiDomain: string): void;
}

/** The SDK's `UserSignature`. */
export interface ZohoUserSignature {
  getName(): string;
}

/** What the application hands over of its own SDK; the whole namespace of `@zohocrm/nodejs-sdk-8.0` will do. */
export interface ZohoSdk<Token extends ZohoOAuthToken> {
  /** The SDK's class of that name. */
  OAuthToken: abstract new (...args: never[]) => Token;
  /** The SDK's class of that name. */
  UserSignature: new (name: string) => ZohoUserSignature;
  /** The SDK's class of that name. */
  SDKException: ZohoSdkExceptionClass;
  /** The base class that the nodejs SDKs ask for by `instanceof`, or their namespace with it; the TypeScript SDKs have none. */
  TokenStore?: ZohoTokenStoreBase | undefined;
}

/** The token of the 2.x SDKs, which names its user by `userMail`. */
export interface ZohoOAuthTokenV2 extends Omit<ZohoOAuthToken, "getUserSignature" | "setUserSignature" | "getAPIDomain" | "setAPIDomain"> {
  getUserMail(): string | null | undefined;
  setUserMail(userMail: string): void;
}

/** The user of the 2.x SDKs: `getName` in TypeScript, `getEmail` in nodejs. */
export type ZohoUserV2 = { getName(): string } | { getEmail(): string };

/** What the application hands over of its own 2.x SDK. */
export interface ZohoSdkV2<Token extends ZohoOAuthTokenV2> {
  /** The SDK's class of that name. */
  OAuthToken: abstract new (...args: never[]) => Token;
  /** The SDK's class of that name. */
  SDKException: ZohoSdkExceptionClass;
  /** The base class that the nodejs SDK asks for by `instanceof`; the TypeScript SDK has none. */
  TokenStore?: ZohoTokenStoreBase | undefined;
}

/** In the TypeScript SDKs `code` and `cause` are private, so that its type is none of `Error`. */
export type ZohoSdkExceptionClass = new (code: string, message: string) => object;

type BaseClass = abstract new (...args: never[]) => object;
/** `object` as well: in the TypeScript SDKs the namespace holds types alone, and is empty when it runs. */
export type ZohoTokenStoreBase = BaseClass | { MasterModel: BaseClass } | object;

/** Makes the methods a token store of the SDK's own kind: an instance of its base class, where it has one. */
export function asSdkStore<Methods extends object>(base: ZohoTokenStoreBase | undefined, methods: Methods): Methods {
  const candidate = base && "MasterModel" in base ? base.MasterModel : base;
  return typeof candidate === "function" ? Object.assign(Reflect.construct(candidate, []) as object, methods) : methods;
}
