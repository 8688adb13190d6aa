import { createRequire } from "node:module";
import type { TokenQuery } from "../../dist/index.js";
import { benchToken, CLIENT_ID } from "./tokens.ts";
import type { Field } from "./tokens.ts";

/** What the stores of Zoho's SDK are asked with and fill in. */
export interface ZohoToken {
  setId(value: string): void;
  setUserSignature(signature: unknown): void;
  setClientId(value: string): void;
  setClientSecret(value: string): void;
  setRedirectURL(value: string): void;
  setRefreshToken(value: string): void;
  setGrantToken(value: string): void;
  setAccessToken(value: string): void;
  setExpiresIn(value: string): void;
  setAPIDomain(value: string): void;
}
export interface ZohoStore {
  findToken(token: ZohoToken): Promise<unknown>;
  saveToken(token: ZohoToken): Promise<void>;
}

const require = createRequire(import.meta.url);
// Its parts, one by one: the whole SDK takes seconds to load.
const SDK = "@zohocrm/typescript-sdk-8.0/dist";
const { OAuthToken } = require(`${SDK}/models/authenticator/oauth_token.js`) as { OAuthToken: new () => ZohoToken };
const { UserSignature } = require(`${SDK}/routes/user_signature.js`) as { UserSignature: new (name: string) => unknown };

export function loadFileStore(): new (path: string) => ZohoStore {
  return (require(`${SDK}/models/authenticator/store/file_store.js`) as { FileStore: new (path: string) => ZohoStore }).FileStore;
}

type DBStore = new (host: string, database: string, table: string, user: string, password: string, port: string) => ZohoStore;

export function loadDBStore(): DBStore {
  return (require(`${SDK}/models/authenticator/store/db_store.js`) as { DBStore: DBStore }).DBStore;
}

export function zohoToken(token: TokenQuery & { expiresAt?: number; redirectUrl?: string; apiDomain?: string }): ZohoToken {
  const zoho = Reflect.construct(OAuthToken, []) as ZohoToken;
  const { id, userName, clientId, clientSecret, redirectUrl, refreshToken, grantToken, accessToken, expiresAt, apiDomain } = token;
  if (id != null) zoho.setId(id);
  if (userName != null) zoho.setUserSignature(new UserSignature(userName));
  if (clientId != null) zoho.setClientId(clientId);
  if (clientSecret != null) zoho.setClientSecret(clientSecret);
  if (redirectUrl != null) zoho.setRedirectURL(redirectUrl);
  if (refreshToken != null) zoho.setRefreshToken(refreshToken);
  if (grantToken != null) zoho.setGrantToken(grantToken);
  if (accessToken != null) zoho.setAccessToken(accessToken);
  if (expiresAt != null) zoho.setExpiresIn(String(expiresAt));
  if (apiDomain != null) zoho.setAPIDomain(apiDomain);
  return zoho;
}

/** The token that asks one of Zoho's stores for what a query of ours asks for. An account is a user to them. */
export function zohoQuery(field: Field, number: number): ZohoToken {
  const { userName, accessToken, refreshToken, grantToken } = benchToken(number);
  switch (field) {
    case "user":
      return zohoToken({ userName });
    case "account":
      return zohoToken({ userName, clientId: CLIENT_ID });
    case "access":
      return zohoToken({ accessToken });
    case "refresh":
      return zohoToken({ refreshToken, clientId: CLIENT_ID, clientSecret: "secret" });
    case "grant":
      return zohoToken({ grantToken, clientId: CLIENT_ID, clientSecret: "secret" });
  }
}

/** What the SDK saves after a refresh. */
export function zohoRefresh(number: number, accessToken: string): ZohoToken {
  const { userName, refreshToken } = benchToken(number);
  return zohoToken({ userName, clientId: CLIENT_ID, clientSecret: "secret", refreshToken, accessToken });
}
