import { env } from "cloudflare:workers";
import cloudflareKVBindingDriver from "unstorage/drivers/cloudflare-kv-binding";
import { bytesOf, unique } from "../conformance/fixture.ts";
import { tokenStoreSuite } from "../conformance/token-store-suite.ts";
import { unstorageFixture } from "../conformance/unstorage-fixture.ts";

async function dump(prefix: string): Promise<Uint8Array[]> {
  const entries: [string, unknown][] = [];
  for (let cursor: string | undefined, complete = false; !complete;) {
    // As many as one read gives.
    const page = await env.KV.list({ prefix, cursor, limit: 100 });
    if (page.keys.length > 0) entries.push(...(await env.KV.get(page.keys.map(({ name }) => name))));
    complete = page.list_complete;
    cursor = page.cursor;
  }
  return bytesOf(entries);
}

tokenStoreSuite({
  name: "unstorage Cloudflare KV in workerd",
  shared: true,
  async create() {
    const base = unique();
    return unstorageFixture(cloudflareKVBindingDriver({ binding: env.KV as never, base }), () => dump(base));
  },
});
