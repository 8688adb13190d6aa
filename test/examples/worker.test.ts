import { text } from "node:stream/consumers";
import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { TokenEndpoint } from "../../src/testing/index.ts";
import { LocalServer } from "../support/local-server.ts";
import { bundleWorker, startWorker } from "../support/packed-worker.ts";
import { ExampleProject } from "./example-project.ts";

const CLIENT_SECRET = "the secret of the client";
const CALLERS = 20;

const provider = new TokenEndpoint();
const resources = new AsyncDisposableStack();
/** What the API was asked: path and header. */
const asked: string[] = [];
let origin: string;
let directory: string;
let code: string;
let worker: Miniflare;

beforeAll(async () => {
  origin = await startProvider();
  const example = resources.use(await ExampleProject.open("worker", inject("tarball")));
  ({ directory } = example);
  code = await bundleWorker(directory);
  worker = await start("a secret of the example, long enough");
});
afterAll(() => resources.disposeAsync());

it("keeps a user's tokens in KV, and asks the API with a fresh one, refreshed once", async () => {
  const refreshToken = provider.issueRefreshToken();
  expect(await send("PUT", "/users/ann%40example.com", { refreshToken })).toEqual([201, ""]);
  const answers = await Promise.all(Array.from({ length: CALLERS }, () => send("GET", "/users/ann%40example.com/api/v8/Contacts?page=2")));
  for (const answer of answers) expect(answer).toEqual([200, "contacts"]);
  expect(asked).toHaveLength(CALLERS);
  expect(new Set(asked)).toEqual(new Set(["/v8/Contacts?page=2 Zoho-oauthtoken fresh-2"]));
  expect(provider.requests).toBe(1);

  const namespace = (await worker.getKVNamespace("TOKENS")) as unknown as { list(): Promise<{ keys: { name: string }[] }> };
  const keys = (await namespace.list()).keys.map(({ name }) => name);
  expect(keys.length).toBeGreaterThan(1);
  expect(keys.join()).not.toContain("ann");
});

it("asks for a log-in where only that helps, and logs out", async () => {
  expect(await send("GET", "/users/nobody/api/v8/Contacts")).toEqual([401, '{"error":"ERR_REAUTHENTICATION_REQUIRED"}']);
  const refreshToken = provider.issueRefreshToken();
  await send("PUT", "/users/bob", { refreshToken });
  expect((await send("GET", "/users/bob/api/v8/Contacts"))[0]).toBe(200);
  expect(await send("DELETE", "/users/bob")).toEqual([204, ""]);
  expect((await send("GET", "/users/bob/api/v8/Contacts"))[0]).toBe(401);
  expect(await send("DELETE", "/users/bob")).toEqual([204, ""]);

  await send("PUT", "/users/eve", { refreshToken });
  provider.revoke(refreshToken);
  expect((await send("GET", "/users/eve/api/v8/Contacts"))[0]).toBe(401);
});

it.each([
  ["PUT", "/users/ann", { refreshToken: 5 }, 400],
  ["PUT", "/users/ann", {}, 400],
  ["PUT", "/users/ann", null, 400],
  ["PUT", "/users/ann", undefined, 400],
  ["GET", "/users/%E0%A4%A/api/v8", undefined, 400],
  ["GET", "/users/ann", undefined, 405],
  ["POST", "/users/ann/api/v8", {}, 405],
  ["GET", "/", undefined, 404],
])("refuses what it can't take: %s %s %j", async (method, path, body, status) => {
  const asking = asked.length;
  const [answered] = await send(method, path, body);
  expect(answered).toBe(status);
  expect(asked).toHaveLength(asking);
});

it("sends a token to no other origin, whatever the path", async () => {
  await send("PUT", "/users/carl", { refreshToken: provider.issueRefreshToken() });
  expect(await send("GET", "/users/carl/api//evil.example/x")).toEqual([200, "contacts"]);
  expect(asked.at(-1)).toMatch(/^\/\/evil\.example\/x Zoho-oauthtoken /);
});

it("is of no use without a secret that is long enough", async () => {
  const weak = await start("too short");
  const response = await weak.dispatchFetch("http://worker/users/ann%40example.com/api/v8/Contacts");
  expect([response.status, await response.json()]).toEqual([503, { error: "ERR_SECRET_WEAK" }]);
});

async function start(secret: string): Promise<Miniflare> {
  const variables = { CLIENT_SECRET, TOKEN_SECRET: secret, TOKEN_URL: `${origin}/token`, API_ORIGIN: origin };
  const started = await startWorker(directory, code, { variables });
  resources.defer(() => started.dispose());
  return started;
}

async function send(method: string, path: string, body?: unknown): Promise<[number, string]> {
  const init = { method, ...(method === "GET" || method === "DELETE" ? {} : { body: JSON.stringify(body) ?? "" }) };
  const response = await worker.dispatchFetch(`http://worker${path}`, init);
  return [response.status, await response.text()];
}

/** The provider's token endpoint and its API, on one port. */
async function startProvider(): Promise<string> {
  const server = resources.use(
    await LocalServer.start(async (request) => {
      const { url, method, headers } = request;
      if (url !== "/token") {
        asked.push(`${url} ${headers.authorization}`);
        return { body: "contacts" };
      }
      const form = await text(request);
      expect(form).toContain(new URLSearchParams({ client_secret: CLIENT_SECRET }).toString());
      const answer = await provider.fetch("http://provider/token", {
        method: method!,
        headers: { "content-type": headers["content-type"]! },
        body: form,
      });
      return { status: answer.status, body: await answer.text() };
    }),
  );
  return server.url;
}
