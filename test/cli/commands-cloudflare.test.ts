import cloudflareKVHTTPDriver from "unstorage/drivers/cloudflare-kv-http";
import { CloudflareApi } from "../support/cloudflare-api.ts";
import { fillStore } from "../support/fill-store.ts";
import { cliSuite } from "./commands-suite.ts";

cliSuite("Workers KV over Cloudflare's REST API", async () => {
  const [accountId, namespaceId, apiToken] = ["an-account", "a-namespace", "an-api-token"];
  const api = await CloudflareApi.start({ account: accountId, namespace: namespaceId, token: apiToken });
  return {
    address: `cloudflare:${accountId}/${namespaceId}`,
    env: { CLOUDFLARE_API_TOKEN: apiToken, CLOUDFLARE_API_URL: api.url },
    save: (tokens) => fillStore(cloudflareKVHTTPDriver({ accountId, namespaceId, apiToken, apiURL: api.url }), tokens),
    dispose: () => api.stop(),
  };
});
