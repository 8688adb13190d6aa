import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { createMemoryTokenStore } from "../../src/index.ts";
import { toZohoTokenStoreV2 } from "../../src/zoho/index.ts";
import type { ZohoOAuthTokenV2, ZohoSdkExceptionClass } from "../../src/zoho/index.ts";
import { CLIENT, ZohoServer } from "../support/zoho-server.ts";

interface TokenBuilder {
  clientId(clientId: string): TokenBuilder;
  clientSecret(clientSecret: string): TokenBuilder;
  grantToken(grantToken: string): TokenBuilder;
  refreshToken(refreshToken: string): TokenBuilder;
  build(): ZohoOAuthTokenV2;
}
interface Initialize {
  user(user: object): Initialize;
  environment(environment: object): Initialize;
  token(token: object): Initialize;
  store(store: object): Initialize;
  logger(logger: object): Initialize;
  resourcePath(path: string): Initialize;
  initialize(): Promise<void>;
}
interface Sdk {
  Initializer: { LOCAL: Map<string, object>; initializer: object | undefined };
  InitializeBuilder: new () => PromiseLike<Initialize>;
  OAuthBuilder: new () => TokenBuilder;
  OAuthToken: new () => ZohoOAuthTokenV2;
  TokenStore: new () => object;
  SDKException: ZohoSdkExceptionClass;
  UserSignature: new (email: string) => object;
  Environment: new (...urls: string[]) => object;
  LogBuilder: new () => { level(level: string): { filePath(path: string): { build(): object } } };
  OrgOperations: new () => { getOrganization(): Promise<{ getStatusCode(): number }> };
}

/** The package has neither types nor an index: each class is the main export of a file. */
async function load(): Promise<Sdk> {
  const files: Record<keyof Sdk, string> = {
    Initializer: "routes/initializer",
    InitializeBuilder: "routes/initialize_builder",
    OAuthBuilder: "models/authenticator/oauth_builder",
    OAuthToken: "models/authenticator/oauth_token",
    TokenStore: "models/authenticator/store/token_store",
    SDKException: "core/com/zoho/crm/api/exception/sdk_exception",
    UserSignature: "routes/user_signature",
    Environment: "routes/dc/environment",
    LogBuilder: "routes/logger/log_builder",
    OrgOperations: "core/com/zoho/crm/api/org/org_operations",
  };
  const classes = Object.entries(files).map(async ([name, file]) => {
    const path = `@zohocrm/nodejs-sdk-2.0/${file}.js`;
    const module = (await import(path)) as Record<string, unknown>;
    return [name, module[name] ?? module["MasterModel"]];
  });
  return Object.fromEntries(await Promise.all(classes)) as Sdk;
}

it("the real 2.x SDK for nodejs takes the adapter for a store of its own kind, and starts again without a new grant, or with one", async () => {
  const sdk = await load();
  const server = await ZohoServer.start();
  const store = createMemoryTokenStore();
  const logger = new sdk.LogBuilder().level("error").filePath("/dev/null").build();
  async function start(token: TokenBuilder): Promise<void> {
    sdk.Initializer.LOCAL.clear();
    sdk.Initializer.initializer = undefined;
    const initialize = await new sdk.InitializeBuilder();
    await initialize
      .user(new sdk.UserSignature("ann@example.com"))
      .environment(new sdk.Environment(server.url, `${server.url}/oauth/v2/token`, server.url, "production"))
      .token(token.clientId(CLIENT.id).clientSecret(CLIENT.secret).build())
      .store(toZohoTokenStoreV2(store, sdk))
      .logger(logger)
      .resourcePath(tmpdir())
      .initialize();
    // The SDK does not wait for its own initialisation.
    while (sdk.Initializer.initializer === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await new sdk.OrgOperations().getOrganization()).getStatusCode()).toBe(200);
  }

  await start(new sdk.OAuthBuilder().grantToken(server.issueGrant()));
  const [row] = await store.getTokens();
  expect(row).toMatchObject({ userName: "ann@example.com", clientId: CLIENT.id });
  expect(row!.id).not.toMatch(/^nodejs_/);
  await start(new sdk.OAuthBuilder().refreshToken(row!.refreshToken!));
  expect(server.grants).toEqual(["authorization_code"]);
  expect(await store.getTokens()).toEqual([row]);
  await start(new sdk.OAuthBuilder().grantToken(server.issueGrant()));
  expect(await store.getTokens()).toMatchObject([{ id: row!.id }]);
  await server.stop();
});
