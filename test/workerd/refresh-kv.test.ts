import { env } from "cloudflare:workers";
import { createStorage } from "unstorage";
import cloudflareKVBindingDriver from "unstorage/drivers/cloudflare-kv-binding";
import { describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { createDurableObjectLock, createProcessLock } from "../../src/locks/index.ts";
import type { Lock } from "../../src/locks/index.ts";
import { createTokenRefresher } from "../../src/refresh/index.ts";
import { unique } from "../conformance/fixture.ts";

const ANN = { userName: "ann", clientId: "c" };
const REQUESTS = 8;

/** As many requests at once as Workers get, each with a store and a refresher of its own; how often they asked the provider. */
async function refreshesFor(lockOf: () => Lock | undefined): Promise<number> {
  const base = unique();
  const open = () =>
    createUnstorageTokenStore(createStorage({ driver: cloudflareKVBindingDriver({ binding: env.KV as never, base }) }), {
      secret: "x".repeat(32),
    });
  await open().saveToken({ ...ANN, refreshToken: "r", accessToken: "old", expiresAt: 1 });
  let asked = 0;
  const answers = await Promise.all(
    Array.from({ length: REQUESTS }, async () => {
      const lock = lockOf();
      const refresh = async (): Promise<Response> => {
        asked++;
        await new Promise((resolve) => setTimeout(resolve, 100));
        return Response.json({ access_token: `fresh-${asked}`, expires_in: 3600 });
      };
      return createTokenRefresher({ store: open(), refresh, ...(lock && { lock }) }).getAccessToken(ANN);
    }),
  );
  expect(answers).toHaveLength(REQUESTS);
  for (const answer of answers) expect(answer).toMatch(/^fresh-/);
  return asked;
}

describe(`${REQUESTS} requests at once in workerd, over KV`, () => {
  it("refresh once within an isolate: the lock that is there by default is shared by all of it", async () => {
    expect(await refreshesFor(() => undefined)).toBe(1);
  });

  it("refresh once however many isolates they are in, with a Durable Object's lock", async () => {
    expect(await refreshesFor(() => createDurableObjectLock(env.TOKENS as never))).toBe(1);
  });

  it("refresh each for itself where each is an isolate of its own, without such a lock: best effort", async () => {
    const asked = await refreshesFor(createProcessLock);
    console.log(`KV alone: ${REQUESTS} isolates that ask in the same moment make ${asked} requests`);
    expect(asked).toBeLessThanOrEqual(REQUESTS);
    expect(asked).toBeGreaterThan(1);
  });
});
