import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, inject, it } from "vitest";
import { bundleWorker, startWorker } from "../support/packed-worker.ts";
import { block, QUICK_STARTS } from "./readme.ts";

const TOKEN_SECRET = "the stranger's own secret, long enough";

/** How a stranger's log-in would open the store that the quick start reads. */
const OPEN_STORE = {
  kv: `import { createUnstorageTokenStore } from "edge-token-store/unstorage";
import { createStorage } from "unstorage";
import cloudflareKVBindingDriver from "unstorage/drivers/cloudflare-kv-binding";
const open = ({ TOKENS, TOKEN_SECRET }) =>
  createUnstorageTokenStore(createStorage({ driver: cloudflareKVBindingDriver({ binding: TOKENS }) }), { secret: TOKEN_SECRET });
`,
  durableObjects: `import { createDurableObjectTokenStore } from "edge-token-store/durable-object";
const open = ({ TOKENS, TOKEN_SECRET }) => createDurableObjectTokenStore(TOKENS, { secret: TOKEN_SECRET });
`,
};

/** Logs in and out, which the quick start leaves to others, and calls it for all else. */
const WRAPPER = `import quickStart from "./worker.js";
export * from "./worker.js";
export default {
  async fetch(request, env, context) {
    const token = { userName: "ann@example.com", clientId: "1000.YOUR-CLIENT", refreshToken: "r" };
    if (request.method === "PUT") await open(env).saveToken(token);
    if (request.method === "DELETE") await open(env).deleteTokens();
    return quickStart.fetch(request, env, context);
  },
};
`;

describe("README's quick starts for Workers, as wrangler bundles them", () => {
  it.each(["kv", "durableObjects"] as const)("runs in workerd: %s", async (name) => {
    const directory = join(inject("thirdParty").server, name);
    await mkdir(directory);
    await writeFile(join(directory, "index.ts"), await block(QUICK_STARTS[name], "ts"));
    const bindings = await block(QUICK_STARTS[name], "jsonc");
    await writeFile(
      join(directory, "wrangler.jsonc"),
      `{ "name": "strangers-worker", "main": "index.ts", "compatibility_date": "2026-10-01",\n${bindings}}`,
    );
    const code = await bundleWorker(directory);
    const wrapper = await bundleWrapper(directory, OPEN_STORE[name] + WRAPPER);
    const worker = await startWorker(directory, code, { variables: { TOKEN_SECRET }, wrapper });
    try {
      const ask = async (method: string): Promise<string> => (await worker.dispatchFetch("http://worker/", { method })).text();
      expect(await ask("GET")).toBe("log in first");
      expect(await ask("PUT")).toBe("logged in");
      expect(await ask("GET")).toBe("logged in");
      expect(await ask("DELETE")).toBe("log in first");
    } finally {
      await worker.dispose();
    }
  });
});

async function bundleWrapper(directory: string, contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: directory },
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd"],
    external: ["./worker.js", "cloudflare:workers"],
  });
  return outputFiles[0]!.text;
}
