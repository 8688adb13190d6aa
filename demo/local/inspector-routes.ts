import { redactToken } from "edge-token-store";
import type { EdgeTokenStore, StoredToken, TokenQuery } from "edge-token-store";
import { createDurableObjectTokenStore } from "edge-token-store/durable-object";
import { checkTokens, rotateSecret } from "edge-token-store/maintenance";
import { createUnstorageTokenStore } from "edge-token-store/unstorage";
import { Hono } from "hono";
import type { Context, MiddlewareHandler } from "hono";
import { createStorage } from "unstorage";
import cloudflareKVBindingDriver from "unstorage/drivers/cloudflare-kv-binding";
import { raceQueries, raceToken } from "../app/inspector/race/track.ts";
import type { Bindings, Portal } from "../worker/bindings.ts";
import { problem } from "../worker/problem.ts";
import { sameOriginOnly } from "../worker/same-origin.ts";
import { findSession } from "../worker/session.ts";
import { openStore, openTokens } from "../worker/tokens.ts";
import { recordReads } from "./recorded-kv.ts";
import type { KV } from "./recorded-kv.ts";

/** Look-ups are timed by the five, since the clock of workerd ticks in milliseconds; and some fives, of which the median counts. */
const [ROUNDS, TIMES] = [5, 5];
/** How many keys of the storage are shown. */
const SHOWN_KEYS = 60;
/** How many keys of the race one request removes. */
const REMOVED_KEYS = 500;
/** More than `checkTokens` waits before it mends what belongs to a token on KV. */
const SETTLED_MS = 60 * 60_000;
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];
/** The race's tokens are kept apart from the portal's. */
const RACE_NAMESPACE = "race";
/** They are made up, so it hides nothing; it stays the same when the portal's secret is rotated. */
const RACE_SECRET = "the tokens of the race are made up";

/** Looks over the Worker's shoulder. Never part of what is deployed. */
export const inspectorRoutes: Hono<Portal> = new Hono<Portal>();

// Also against a name of somebody else's that leads to this machine (DNS rebinding).
const onThisMachineOnly: MiddlewareHandler<Portal> = async (context, next) => {
  if (!LOOPBACK.includes(new URL(context.req.url).hostname)) return problem(context, 403, "OTHER_SITE");
  return next();
};
inspectorRoutes.use("/inspector/*", onThisMachineOnly, sameOriginOnly);

inspectorRoutes.get("/inspector/token", async (context) => {
  const store = openStore(context.env);
  // What can't be read is told by the portal; the engine's promises stand all the same.
  const token = await sessionToken(context, store).catch(() => null);
  return context.json({ token: token && redactToken(token), capabilities: store.capabilities });
});

/** What lies in the KV, as it lies there. */
inspectorRoutes.get("/inspector/storage", async (context) => {
  const kv: KV = context.env.TOKENS;
  const { keys, list_complete: complete } = await kv.list({ prefix: "tokens:", limit: SHOWN_KEYS });
  const entries = await Promise.all(keys.map(async ({ name }) => ({ key: name, value: (await kv.get(name)) ?? "" })));
  return context.json({ entries, complete });
});

/** A look-up, with the keys that it read. */
inspectorRoutes.get("/inspector/find", async (context) => {
  const token = await sessionToken(context, openStore(context.env));
  if (!token) return problem(context, 401, "NOT_LOGGED_IN");
  const query = queryBy(context.req.query("by") ?? "", token);
  if (!query) return problem(context, 400, "NOT_FOUND");
  const { store: recorded, reads } = await openRecorded(context.env);
  const started = performance.now();
  const found = await recorded.findToken(query);
  return context.json({ query: redactToken(query), reads, milliseconds: performance.now() - started, found: found && redactToken(found) });
});

inspectorRoutes.post("/inspector/expire", (context) =>
  change(context, async (token, { store }) => {
    await store.saveToken({ id: token.id, expiresAt: Date.now() - 1000 });
  }),
);

inspectorRoutes.post("/inspector/refresh", (context) =>
  change(context, async ({ id }, { refresher }) => {
    await refresher.getAccessToken({ id }, { forceRefresh: true });
  }),
);

/** As if the user had withdrawn the consent at the provider: here nobody knows yet. */
inspectorRoutes.post("/inspector/revoke", (context) =>
  change(context, async (token, { accounts }) => {
    await accounts.revokeToken(token);
  }),
);

inspectorRoutes.post("/inspector/rename", (context) =>
  change(context, async ({ id, userName = "" }, { store }) => {
    const renamed = userName.startsWith("renamed.") ? userName.slice("renamed.".length) : `renamed.${userName}`;
    await store.saveToken({ id, userName: renamed });
  }),
);

/** Changes one character of the sealed record in the KV, past the store. Of this log-in's alone: nobody else could mend theirs here. */
inspectorRoutes.post("/inspector/damage", (context) =>
  change(context, async ({ id }) => {
    const kv: KV = context.env.TOKENS;
    const { store, reads } = await openRecorded(context.env);
    await store.findTokenById(id);
    for (const name of reads) await kv.put(name, damaged((await kv.get(name)) ?? ""));
  }),
);

/** Removes what leads from user names to records, past the store, as a crash between two writes may. */
inspectorRoutes.post("/inspector/break-index", (context) =>
  change(context, async () => {
    const kv: KV = context.env.TOKENS;
    const { keys } = await kv.list({ prefix: "tokens:x:user:" });
    for (const { name } of keys) await kv.delete(name);
  }),
);

inspectorRoutes.post("/inspector/check", async (context) => context.json(await checkTokens(openSettled(context.env), { repair: true })));

/** The middle of a rotation: the Worker has both secrets now. */
inspectorRoutes.post("/inspector/move", async (context) => context.json(await rotateSecret(openStore(context.env))));

/** One more hundred tokens for the race, and how long look-ups take among them. */
inspectorRoutes.post("/inspector/race", async (context) => {
  const from = Number(context.req.query("from"));
  const to = Number(context.req.query("to"));
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || to <= from || to - from > 500)
    return problem(context, 400, "NOT_FOUND");
  const store = openRace(context.env);
  for (let start = from; start < to; start += 25) {
    await Promise.all(Array.from({ length: Math.min(25, to - start) }, (_, at) => store.saveToken(raceToken(start + at))));
  }
  const wanted = raceToken(Math.floor(to / 2));
  const milliseconds: Record<string, number> = {};
  for (const [label, query] of Object.entries(raceQueries(wanted))) {
    // The first one warms up.
    await store.findToken(query);
    const times: number[] = [];
    for (let time = 0; time < TIMES; time++) {
      const started = performance.now();
      for (let round = 0; round < ROUNDS; round++) await store.findToken(query);
      times.push((performance.now() - started) / ROUNDS);
    }
    milliseconds[label] = times.toSorted((a, b) => a - b)[Math.floor(TIMES / 2)]!;
  }
  return context.json({ milliseconds });
});

/** Removes some of them, in KV past the store: by `deleteTokens` that would be one long request. */
inspectorRoutes.delete("/inspector/race", async (context) => {
  if (context.env.TOKEN_STORAGE !== "kv") {
    await openRace(context.env).deleteTokens();
    return context.json({ done: true });
  }
  const kv: KV = context.env.TOKENS;
  const { keys, list_complete: done } = await kv.list({ prefix: `${RACE_NAMESPACE}:`, limit: REMOVED_KEYS });
  await Promise.all(keys.map(({ name }) => kv.delete(name)));
  return context.json({ done });
});

async function change(
  context: Context<Portal>,
  work: (token: StoredToken, tokens: ReturnType<typeof openTokens>) => Promise<void>,
): Promise<Response> {
  const tokens = openTokens(context);
  const token = await sessionToken(context, tokens.store);
  if (!token) return problem(context, 401, "NOT_LOGGED_IN");
  await work(token, tokens);
  return context.json({});
}

async function sessionToken(context: Context<Portal>, store: EdgeTokenStore): Promise<StoredToken | null> {
  const id = await findSession(context);
  return id === undefined ? null : store.findTokenById(id);
}

function queryBy(by: string, { id, userName, clientId, accessToken, refreshToken }: StoredToken): TokenQuery | undefined {
  const queries: Record<string, TokenQuery> = {
    id: { id },
    user: { userName: userName! },
    account: { userName: userName!, clientId: clientId! },
    access: { accessToken: accessToken! },
    refresh: { refreshToken: refreshToken! },
  };
  return Object.hasOwn(queries, by) ? queries[by] : undefined;
}

function damaged(record: string): string {
  // In the middle of the sealed body, which makes up most of the record.
  const at = Math.floor(record.length / 2);
  return record.slice(0, at) + (record[at] === "A" ? "B" : "A") + record.slice(at + 1);
}

/** The store, some time later: on KV a check leaves young tokens alone, since what it reads of them may be old. Here it is not. */
function openSettled(env: Bindings): EdgeTokenStore {
  if (env.TOKEN_STORAGE !== "kv") return openStore(env);
  const storage = createStorage({ driver: cloudflareKVBindingDriver({ binding: env.TOKENS }) });
  return createUnstorageTokenStore(storage, { secret: env.TOKEN_SECRET, now: () => Date.now() + SETTLED_MS });
}

/** The store, with a note of each key that it reads. */
async function openRecorded(env: Bindings): Promise<{ store: EdgeTokenStore; reads: string[] }> {
  const reads: string[] = [];
  const store = openStore({ ...env, TOKENS: recordReads(env.TOKENS, reads) });
  // The first look-up of a store also reads which secret it was written with.
  await store.findTokenById("nobody");
  reads.length = 0;
  return { store, reads };
}

/** Where the portal's tokens are too. */
function openRace({ TOKEN_STORAGE, TOKENS, TOKEN_OBJECTS }: Bindings): EdgeTokenStore {
  const options = { namespace: RACE_NAMESPACE, secret: RACE_SECRET, memo: 0 };
  if (TOKEN_STORAGE !== "kv") return createDurableObjectTokenStore(TOKEN_OBJECTS, options);
  return createUnstorageTokenStore(createStorage({ driver: cloudflareKVBindingDriver({ binding: TOKENS }) }), options);
}
