import cloudflareKVHTTPDriver from "unstorage/drivers/cloudflare-kv-http";
import { CloudflareApi } from "../../support/cloudflare-api.ts";
import type { StartedEngine } from "../place.ts";

const ACCOUNT = { account: "an-account", namespace: "a-namespace", token: "an-api-token" };

export async function start(): Promise<StartedEngine> {
  const api = await CloudflareApi.start({ ...ACCOUNT, pageSize: 1000 });
  const { account: accountId, namespace: namespaceId } = ACCOUNT;
  const driverWith = (apiToken: string) => cloudflareKVHTTPDriver({ accountId, namespaceId, apiToken, apiURL: api.url });
  return {
    async create() {
      api.clear();
      return {
        driver: () => driverWith(ACCOUNT.token),
        ttlSeconds: 60,
        elapse: async (milliseconds) => api.advance(milliseconds),
      };
    },
    unreachable: async () => driverWith("another-token"),
    stop: () => api.stop(),
  };
}
