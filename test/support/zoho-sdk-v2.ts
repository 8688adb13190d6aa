import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import type { TokenStore } from "../../src/index.ts";
import { toZohoTokenStoreV2 } from "../../src/zoho/index.ts";
import type { ZohoOAuthTokenV2, ZohoSdkExceptionClass, ZohoTokenStoreOptions, ZohoTokenStoreV2 } from "../../src/zoho/index.ts";
import { CLIENT } from "./zoho-server.ts";
import type { TokenParts } from "./zoho-sdks.ts";

export interface SdkTokenV2 extends ZohoOAuthTokenV2 {
  remove(): Promise<boolean>;
}

interface Builder {
  id(id: string): Builder;
  clientId(clientId: string): Builder;
  clientSecret(clientSecret: string): Builder;
  grantToken(grantToken: string): Builder;
  refreshToken(refreshToken: string): Builder;
  accessToken(accessToken: string): Builder;
  build(): SdkTokenV2;
}

type Initialize = (user: object, environment: object, token: object, store: object, ...rest: unknown[]) => Promise<void>;

/** The 2.x package has sources in the place of types, and its classes in files of their own. */
const require = createRequire(import.meta.url);
const load = (path: string): unknown => require(`@zohocrm/typescript-sdk-2.0/${path}`);

const { Initializer } = load("routes/initializer") as { Initializer: { initialize: Initialize; LOCAL: Map<string, object> } };
const { UserSignature } = load("routes/user_signature") as { UserSignature: new (name: string) => { getName(): string } };
const { Environment } = load("routes/dc/environment") as { Environment: new (...urls: string[]) => object };
const { SDKConfigBuilder } = load("routes/sdk_config_builder") as { SDKConfigBuilder: new () => { build(): object } };
const { Logger, Levels } = load("routes/logger/logger") as {
  Logger: { getInstance(level: string, path: string): object };
  Levels: { ERROR: string };
};
const { OAuthBuilder } = load("models/authenticator/oauth_builder") as { OAuthBuilder: new () => Builder };
const { OAuthToken } = load("models/authenticator/oauth_token") as { OAuthToken: new () => SdkTokenV2 };
const { SDKException } = load("core/com/zoho/crm/api/exception/sdk_exception") as { SDKException: ZohoSdkExceptionClass };
const { OrgOperations } = load("core/com/zoho/crm/api/org/org_operations") as {
  OrgOperations: new () => { getOrganization(): Promise<{ getStatusCode(): number }> };
};

export const user = (name: string): { getName(): string } => new UserSignature(name);

export const adaptV2 = (store: TokenStore, options?: Pick<ZohoTokenStoreOptions, "unknownId">): ZohoTokenStoreV2<SdkTokenV2> =>
  toZohoTokenStoreV2(store, { OAuthToken, SDKException }, options);

export function buildV2({ id, grantToken, refreshToken, accessToken }: Omit<TokenParts, "userName">): SdkTokenV2 {
  const token = new OAuthBuilder();
  if (id !== undefined) token.id(id);
  if (grantToken !== undefined) token.grantToken(grantToken);
  if (refreshToken !== undefined) token.refreshToken(refreshToken);
  if (accessToken !== undefined) token.accessToken(accessToken);
  if (grantToken !== undefined || refreshToken !== undefined) token.clientId(CLIENT.id).clientSecret(CLIENT.secret);
  return token.build();
}

/** As at the start of a process: nothing is left in memory. */
export async function initializeV2(server: string, userName: string, token: SdkTokenV2, store: object): Promise<void> {
  Initializer.LOCAL.clear();
  const environment = new Environment(server, `${server}/oauth/v2/token`, server, "production");
  // With its log off the SDK writes every line to stderr.
  const logger = Logger.getInstance(Levels.ERROR, "/dev/null");
  await Initializer.initialize(user(userName), environment, token, store, new SDKConfigBuilder().build(), tmpdir(), logger);
}

export const callV2 = async (): Promise<number> => (await new OrgOperations().getOrganization()).getStatusCode();
export const isExceptionV2 = (error: unknown): boolean => error instanceof SDKException;
