import { INDEX_NAMES } from "../../src/backend.ts";
import type { IndexName } from "../../src/backend.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import type { Lock } from "../../src/locks/index.ts";
import { createTokenRefresher } from "../../src/refresh/index.ts";
import { TokenEndpoint } from "../../src/testing/index.ts";

/** How often an engine was asked, by its own names. */
export type Operations = Readonly<Record<string, number>>;

const ANN = { userName: "ann", clientId: "c" };
const token = (name: string): object => ({
  userName: name,
  clientId: "c",
  refreshToken: `${name}-r`,
  accessToken: `${name}-a`,
  grantToken: `${name}-g`,
});

/**
 * What each call costs on an engine, from which docs/scale.md takes its prices. The store is new, and alone with its engine.
 *
 * @param during what a task asks the engine for
 * @param options.lock the one that processes share there; default one of this process
 * @param options.lookups which the store keeps an index for; default all
 */
export async function countOperations(
  store: EdgeTokenStore,
  during: (task: () => Promise<unknown>) => Promise<Operations>,
  { lock, lookups = INDEX_NAMES }: { lock?: Lock; lookups?: readonly IndexName[] } = {},
): Promise<Record<string, Operations>> {
  const endpoint = new TokenEndpoint();
  // A new refresher for each call: it has seen no token before. Without jitter, which would make chance decide.
  const accessToken = async (): Promise<void> => {
    const under: Promise<void>[] = [];
    const waitUntil = (promise: Promise<void>): void => void under.push(promise);
    const refresher = createTokenRefresher({ store, refresh: endpoint.refresh, jitterSeconds: 0, waitUntil, ...(lock ? { lock } : {}) });
    await refresher.getAccessToken(ANN);
    await Promise.all(under);
  };
  // The first save also enters the key register.
  const { id } = await store.saveToken(token("ann"));
  // Enough that every object of several has some.
  for (let number = 0; number < 20; number++) await store.saveToken(token(`warm-${number}`));
  await store.saveToken({ id, expiresAt: 1 });
  // The first refresh makes what the lock needs.
  await accessToken();
  await store.saveToken({ id, accessToken: "ann-a" });

  const counts: Record<string, Operations> = {};
  const count = async (name: string, task: () => Promise<unknown>): Promise<void> => {
    counts[name] = { ...(await during(task)) };
  };
  await count("find by id", () => store.findTokenById(id));
  await count("find by account", () => store.findToken(ANN));
  const queries = [
    ["user", "find by user", { userName: "ann" }],
    ["access", "find by access token", { accessToken: "ann-a" }],
    ["refresh", "find by refresh token", { refreshToken: "ann-r" }],
    ["grant", "find by grant token", { grantToken: "ann-g" }],
    ["refresh", "find by refresh token, miss", { refreshToken: "unknown" }],
  ] as const;
  for (const [index, name, query] of queries) if (lookups.includes(index)) await count(name, () => store.findToken(query));
  await count("save of a new token", () => store.saveToken(token("bob")));
  await count("save of a refresh", () => store.saveToken({ ...ANN, accessToken: "b" }));
  await count("save unchanged", () => store.saveToken({ ...ANN, accessToken: "b" }));
  await count("save of another user name", () => store.saveToken({ id, userName: "anna" }));
  await store.saveToken({ id, userName: "ann", expiresAt: Date.now() + 3_600_000 });
  await count("getAccessToken, fresh", accessToken);
  await store.saveToken({ id, expiresAt: 1 });
  await count("getAccessToken, refreshed", accessToken);
  await count("delete", () => store.deleteToken(id));
  return counts;
}

/** The committed counts as text; a test that finds others says so, and `vitest -u` writes them. */
export function asFile(counts: Record<string, Operations>): string {
  return `${JSON.stringify(counts, null, 2)}\n`;
}
