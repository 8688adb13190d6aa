import {
  AUDataCenter,
  CNDataCenter,
  Environment,
  EUDataCenter,
  INDataCenter,
  InitializeBuilder,
  JPDataCenter,
  OAuthBuilder,
  OAuthToken,
  Org,
  SDKException,
  USDataCenter,
  UserSignature,
} from "@zohocrm/typescript-sdk-8.0";
import { atomicFsDriver } from "edge-token-store/fs";
import { createUnstorageTokenStore } from "edge-token-store/unstorage";
import { toZohoTokenStore } from "edge-token-store/zoho";
import { createStorage } from "unstorage";

const DATA_CENTERS = { US: USDataCenter, EU: EUDataCenter, IN: INDataCenter, AU: AUDataCenter, JP: JPDataCenter, CN: CNDataCenter };
const { env } = process;

// Where the tokens lie: files that only their owner can read, sealed with a secret that is not among them.
const tokens = createUnstorageTokenStore(createStorage({ driver: atomicFsDriver({ base: env["TOKENS"] ?? "./tokens" }) }), {
  secret: env["TOKEN_SECRET"] ?? "",
});
const store = toZohoTokenStore(tokens, { OAuthToken, UserSignature, SDKException }, { refreshLease: { seconds: 20 } });

// Who it is. The grant token is for the first start alone; later the user is found by the name.
const token = new OAuthBuilder().userSignature(new UserSignature(env["ZOHO_USER"] ?? "me"));
const grantToken = env["ZOHO_GRANT_TOKEN"];
if (grantToken) {
  token
    .clientId(env["ZOHO_CLIENT_ID"] ?? "")
    .clientSecret(env["ZOHO_CLIENT_SECRET"] ?? "")
    .grantToken(grantToken);
}

const initializer = new InitializeBuilder().environment(environment()).token(token.build()).store(store);
await initializer.resourcePath(process.cwd()).initialize();

const response = await new Org.OrgOperations().getOrganization();
const answer = response?.getObject();
if (!(answer instanceof Org.ResponseWrapper)) throw new Error(`Zoho answered with status ${response?.getStatusCode()}.`);
for (const organization of answer.getOrg()) console.log(`Logged in to ${organization.getCompanyName()}.`);

function environment(): Environment {
  // A server of one's own, such as the stand-in of the tests, in place of Zoho's.
  const server = env["ZOHO_SERVER"];
  if (server) return new Environment(server, `${server}/oauth/v2/token`, server);
  const dataCenter = DATA_CENTERS[(env["ZOHO_DATA_CENTER"] ?? "US") as keyof typeof DATA_CENTERS];
  return dataCenter.PRODUCTION();
}
