import * as node7 from "@zohocrm/nodejs-sdk-7.0";
import * as node8 from "@zohocrm/nodejs-sdk-8.0";
import * as ts7 from "@zohocrm/typescript-sdk-7.0";
import * as ts8 from "@zohocrm/typescript-sdk-8.0";
import type { TokenStore } from "../../src/index.ts";
import { toZohoTokenStore } from "../../src/zoho/index.ts";
import type { ZohoOAuthToken, ZohoTokenStore, ZohoTokenStoreOptions } from "../../src/zoho/index.ts";
import { CLIENT } from "./zoho-server.ts";

/** A token of one of the SDKs, as an application sees it. */
export interface SdkToken extends ZohoOAuthToken {
  remove(): Promise<boolean>;
  revoke(id: string): Promise<boolean | undefined>;
}

/** What a token is built from. */
export interface TokenParts {
  id?: string;
  userName?: string;
  grantToken?: string;
  refreshToken?: string;
  accessToken?: string;
}

/** One of Zoho's SDKs from npm, the same for all tests. The SDKs keep their state in statics. */
export interface ZohoSdkDriver {
  readonly name: string;
  /** Whether an unknown id can be answered with null: the nodejs SDKs write into the answer unseen. */
  readonly takesNull: boolean;
  adapt(store: TokenStore, options?: ZohoTokenStoreOptions): ZohoTokenStore<SdkToken>;
  build(parts: TokenParts): SdkToken;
  /** As at the start of a process: nothing is left in memory. */
  initialize(server: string, token: SdkToken, store: object): Promise<void>;
  switchUser(server: string, token: SdkToken): Promise<void>;
  /** One API call; its status. */
  call(): Promise<number>;
  /** The token that the SDK uses now. */
  currentToken(): Promise<SdkToken>;
  isException(error: unknown): boolean;
}

type Sdk = typeof node8;

function driver(name: string, sdk: Sdk, takesNull: boolean): ZohoSdkDriver {
  const environment = (server: string): node8.Environment => new sdk.Environment(server, `${server}/oauth/v2/token`, server);
  // The nodejs SDKs' constructor answers with a promise, the others' does not.
  const builder = async (): Promise<{ builder: node8.InitializeBuilder }> => ({ builder: await new sdk.InitializeBuilder() });
  return {
    name,
    takesNull,
    adapt: (store, options) => toZohoTokenStore<node8.OAuthToken>(store, sdk, options),
    build({ id, userName, grantToken, refreshToken, accessToken }) {
      const token = new sdk.OAuthBuilder();
      if (id !== undefined) token.id(id);
      if (userName !== undefined) token.userSignature(new sdk.UserSignature(userName));
      if (grantToken !== undefined) token.grantToken(grantToken);
      if (refreshToken !== undefined) token.refreshToken(refreshToken);
      if (accessToken !== undefined) token.accessToken(accessToken);
      if (grantToken !== undefined || refreshToken !== undefined) token.clientId(CLIENT.id).clientSecret(CLIENT.secret);
      return token.build();
    },
    async initialize(server, token, store) {
      sdk.Initializer.LOCAL.clear();
      sdk.Initializer.initializer = undefined;
      const { builder: initialize } = await builder();
      await initialize
        .environment(environment(server))
        .token(token as node8.OAuthToken)
        .store(store)
        .initialize();
    },
    async switchUser(server, token) {
      const { builder: initialize } = await builder();
      await initialize
        .environment(environment(server))
        .token(token as node8.OAuthToken)
        .switchUser();
      // The nodejs SDKs don't wait for the token, and a call meanwhile would exchange the grant as well.
      while (token.getId() == null) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    call: async () => (await new sdk.Org.OrgOperations().getOrganization()).getStatusCode(),
    currentToken: async () => (await sdk.Initializer.getInitializer()).getToken(),
    isException: (error) => error instanceof sdk.SDKException,
  };
}

export const ZOHO_SDKS: readonly ZohoSdkDriver[] = [
  driver("typescript-sdk-8.0", ts8 as unknown as Sdk, true),
  driver("typescript-sdk-7.0", ts7 as unknown as Sdk, true),
  driver("nodejs-sdk-8.0", node8, false),
  driver("nodejs-sdk-7.0", node7, false),
];
