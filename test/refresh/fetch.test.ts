import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { TokenRefresher, TokenRefresherOptions } from "../../src/refresh/index.ts";
import { ANN, codeOf, troubled, unavailable, world } from "./world.ts";
import type { World } from "./world.ts";

interface Seen {
  method: string;
  url: string;
  authorization: string | undefined;
  length: string | undefined;
  type: string | undefined;
  body: string;
}

type Handler = (seen: Seen, response: ServerResponse) => void;

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
  vi.unstubAllGlobals();
});

/** An API of an origin of its own that keeps what it was asked. */
async function api(handler: Handler = (_seen, response) => response.end("data")): Promise<{ origin: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { authorization, "content-length": length, "content-type": type } = request.headers;
    const one = { method: request.method!, url: request.url!, authorization, length, type, body: await text(request) };
    seen.push(one);
    handler(one, response);
  };
  const server = createServer((request, response) => void answer(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

interface Dispatcher {
  dispatch(request: object, handler: object): boolean;
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

/** The one that Node's own fetch sends by. */
function undiciDispatcher(): Dispatcher {
  return (globalThis as unknown as Record<symbol, Dispatcher>)[Symbol.for("undici.globalDispatcher.1")]!;
}

class ForgetfulRequest extends Request {
  override clone(): ForgetfulRequest {
    const { url, method, headers, body, signal } = super.clone();
    return new ForgetfulRequest(url, { method, headers, body, signal, duplex: "half" } as RequestInit);
  }
}

/** Answers 401 unless the request carries that access token. */
const only =
  (accessToken: string): Handler =>
  ({ authorization }, response) => {
    response.statusCode = authorization?.endsWith(` ${accessToken}`) ? 200 : 401;
    response.end(response.statusCode === 200 ? "data" : "who are you?");
  };

async function portal(apiDomain: string, options: Partial<TokenRefresherOptions> = {}): Promise<World> {
  const made = await world({ expiresInS: 1800, options });
  await made.store.saveToken({ id: made.token.id, apiDomain });
  return made;
}

/** A portal whose API takes "fresh-1" alone, and before it refuses another one for the first time something else happens. */
async function refusing(meanwhile: () => Promise<unknown>): Promise<World & { origin: string; seen: Seen[] }> {
  let happens: (() => Promise<unknown>) | undefined = meanwhile;
  const { origin, seen } = await api((one, response) => {
    const happened = happens?.();
    happens = undefined;
    void Promise.resolve(happened).then(() => only("fresh-1")(one, response));
  });
  return { ...(await portal(origin)), origin, seen };
}

/** A body that can be read but once. */
function streamed(...chunks: string[]): RequestInit {
  const body = new ReadableStream({
    async pull(controller) {
      const chunk = chunks.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(new TextEncoder().encode(chunk));
    },
  });
  return { method: "POST", body, duplex: "half" } as RequestInit;
}

describe("fetch", () => {
  it.each([
    [{}, "Bearer old"],
    [{ scheme: "Zoho-oauthtoken" }, "Zoho-oauthtoken old"],
  ])("puts the access token into the header, with the scheme of %o", async (options, authorization) => {
    const { origin, seen } = await api();
    const { refresher } = await portal(origin, options);
    const response = await refresher.fetch(ANN, `${origin}/crm`, { headers: { authorization: "mine", "x-own": "1" } });
    expect(await response.text()).toBe("data");
    expect(seen).toMatchObject([{ url: "/crm", authorization }]);
  });

  it("refreshes first where the token has expired", async () => {
    const { origin, seen } = await api(only("fresh-1"));
    const { refresher, store, token } = await portal(origin);
    await store.saveToken({ id: token.id, expiresAt: 1 });
    expect((await refresher.fetch(ANN, origin)).status).toBe(200);
    expect(seen).toHaveLength(1);
  });

  it.each<[string, () => RequestInit | undefined, string]>([
    ["no body", () => undefined, ""],
    ["a text", () => ({ method: "POST", body: "a text" }), "a text"],
    ["a stream", () => streamed("one ", "two ", "three"), "one two three"],
  ])("repeats once after a 401 with a new token, with %s", async (_name, init, body) => {
    const { origin, seen } = await api(only("fresh-1"));
    const { refresher, provider } = await portal(origin);
    const response = await refresher.fetch(ANN, origin, init());
    expect(await response.text()).toBe("data");
    expect(seen.map(({ authorization, body: sent }) => [authorization, sent])).toEqual([
      ["Bearer old", body],
      ["Bearer fresh-1", body],
    ]);
    expect(provider.requests).toBe(1);
  });

  it("takes a Request as well, and leaves no copy of its body behind", async () => {
    const { origin, seen } = await api(only("fresh-1"));
    const { refresher } = await portal(origin);
    await refresher.fetch(ANN, new Request(origin, { method: "PUT", body: "kept" }));
    expect(seen.map(({ method, body }) => `${method} ${body}`)).toEqual(["PUT kept", "PUT kept"]);
  });

  it("refreshes once for 40 calls that are refused at once", async () => {
    const { origin } = await api(only("fresh-1"));
    const { refresher, provider } = await portal(origin);
    const responses = await Promise.all(Array.from({ length: 40 }, () => refresher.fetch(ANN, origin)));
    expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, () => 200));
    expect(provider.requests).toBe(1);
  });

  it("repeats with the token that was refused and no other, though the query finds another one by then", async () => {
    const { refresher, store, seen, origin } = await refusing(() =>
      store.saveToken({ userName: "ann", clientId: "other", refreshToken: "r", accessToken: "another client's", apiDomain: origin }),
    );
    expect((await refresher.fetch({ userName: "ann" }, origin)).status).toBe(200);
    expect(seen.map(({ authorization }) => authorization)).toEqual(["Bearer old", "Bearer fresh-1"]);
  });

  it("repeats though the query finds nothing any more: a sibling has spent the refresh token", async () => {
    const { refresher, store, token, origin } = await refusing(() =>
      store.saveToken({ id: token.id, refreshToken: "next", accessToken: "fresh-1" }),
    );
    expect((await refresher.fetch({ refreshToken: "refresh" }, origin)).status).toBe(200);
  });

  it("leaves no answer open where the store fails after a 401", async () => {
    let closed = false;
    const { origin } = await api((_seen, response) => {
      response.on("close", () => (closed = true));
      response.writeHead(401).write("a beginning without an end");
    });
    let finds = 0;
    const { store, another } = await portal(origin);
    const failing = troubled(store, (method) => {
      if (method === "findToken" && ++finds === 2) throw unavailable();
    });
    expect(await codeOf(another({ store: failing }).fetch(ANN, origin))).toBe("ERR_STORE_UNAVAILABLE");
    await expect.poll(() => closed).toBe(true);
  });

  it("does not refresh over and over where a new token is refused too", async () => {
    const { origin, seen } = await api((_seen, response) => response.writeHead(401).end());
    const { refresher, provider } = await portal(origin);
    for (let time = 0; time < 10; time++) expect((await refresher.fetch(ANN, origin)).status).toBe(401);
    expect(provider.requests).toBe(1);
    expect(seen).toHaveLength(11);
  });

  it("… nor with a refresher for each request, as a Worker makes them, until the user logs in anew", async () => {
    const { origin } = await api((_seen, response) => response.writeHead(401).end());
    const { another, provider, store, token } = await portal(origin);
    for (let time = 0; time < 10; time++) expect((await another().fetch(ANN, origin)).status).toBe(401);
    expect(provider.requests).toBe(1);
    await store.deleteToken(token.id);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await store.saveToken({ ...ANN, refreshToken: "another", accessToken: "another", apiDomain: origin });
    await another().fetch(ANN, origin);
    expect(provider.requests).toBe(2);
  });

  it.each<[string, (origin: string) => [object, string, RequestInit]]>([
    ["the signal is aborted already", (origin) => [ANN, origin, { signal: AbortSignal.abort() }]],
    ["no token is found", (origin) => [{ userName: "nobody" }, origin, {}]],
    ["the origin is none that the token may be sent to", () => [ANN, "https://other.example", {}]],
  ])("lets go of the body where %s", async (_name, call) => {
    const { origin } = await api();
    const { refresher } = await portal(origin);
    const cancel = vi.fn<() => void>();
    const [query, url, init] = call(origin);
    const body = { method: "POST", body: new ReadableStream({ cancel }), duplex: "half" };
    await expect(refresher.fetch(query, url, { ...init, ...body })).rejects.toThrow();
    await expect.poll(() => cancel.mock.calls.length).toBe(1);
  });

  it("says what is the matter where the refresh after a 401 fails", async () => {
    const { origin } = await api(only("nothing"));
    const { refresher, provider } = await portal(origin);
    provider.queued.push({ error: "invalid_grant" });
    expect(await codeOf(refresher.fetch(ANN, origin))).toBe("ERR_REAUTHENTICATION_REQUIRED");
  });

  it("obeys the signal of the caller's request, though nothing else holds on to that", async () => {
    const { origin } = await api(() => {});
    const { refresher } = await portal(origin);
    const controller = new AbortController();
    const waiting = codeOf(refresher.fetch(ANN, new Request(origin, { signal: controller.signal })));
    await new Promise((resolve) => setTimeout(resolve, 50));
    collectGarbage();
    controller.abort(new Error("enough"));
    expect(await waiting).toMatchObject({ message: "enough" });
  });

  it("obeys the caller's signal, also while it waits for a token", async () => {
    const { origin, seen } = await api();
    const { refresher, provider, store, token } = await portal(origin);
    await store.saveToken({ id: token.id, expiresAt: 1 });
    provider.queued.push(() => new Promise(() => {}));
    const controller = new AbortController();
    const waiting = refresher.fetch(ANN, origin, { signal: controller.signal });
    await expect.poll(() => provider.inFlight).toBe(1);
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    expect(seen).toEqual([]);
  });

  it("does not quote a token that no header can carry, and lets go of the body", async () => {
    const { origin } = await api();
    const { refresher, store, token } = await portal(origin);
    await store.saveToken({ id: token.id, accessToken: "sec\nret" });
    const cancel = vi.fn<() => void>();
    const body = { method: "POST", body: new ReadableStream({ cancel }), duplex: "half" };
    const error: unknown = await refresher.fetch(ANN, origin, body).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ERR_TOKEN_INVALID" });
    expect(String(error)).not.toContain("sec");
    await expect.poll(() => cancel.mock.calls.length).toBe(1);
  });
});

describe("the origins that a token may be sent to", () => {
  const cases: [string, (api: string, other: string) => { apiDomain: string; options: object; url: string }, string][] = [
    ["are the token's apiDomain", (own) => ({ apiDomain: `${own}/crm/v8`, options: {}, url: `${own}/x` }), "fulfilled"],
    ["are no other by default", (own, other) => ({ apiDomain: own, options: {}, url: other }), "ERR_OPTION_INVALID"],
    ["are those of the option", (own, other) => ({ apiDomain: own, options: { origins: [other] }, url: other }), "fulfilled"],
    ["are those of the option alone", (own, other) => ({ apiDomain: own, options: { origins: [other] }, url: own }), "ERR_OPTION_INVALID"],
    [
      "are not told by what else stands in the URL",
      (own, other) => ({ apiDomain: own, options: {}, url: `${other}/?${own}` }),
      "ERR_OPTION_INVALID",
    ],
    ["are none where the apiDomain is no URL", (own) => ({ apiDomain: own.slice(7), options: {}, url: own }), "ERR_OPTION_INVALID"],
    ["are never opaque", (own) => ({ apiDomain: own, options: {}, url: "data:text/plain,x" }), "ERR_OPTION_INVALID"],
  ];
  it.each(cases)("%s", async (_name, make, expected) => {
    const [own, other] = [await api(), await api()];
    const { apiDomain, options, url } = make(own.origin, other.origin);
    const { refresher, provider, store, token } = await portal(apiDomain, options);
    await store.saveToken({ id: token.id, expiresAt: 1 });
    expect(await codeOf(refresher.fetch(ANN, url))).toBe(expected);
    const sent = expected === "fulfilled" ? 1 : 0;
    expect(own.seen.length + other.seen.length).toBe(sent);
    // No refresh either for what will not be sent.
    expect(provider.requests).toBe(sent);
  });

  it("are those of the token that a refresh has brought, where that is of another apiDomain", async () => {
    const [own, other] = [await api(), await api()];
    const { refresher, provider, store, token } = await portal(own.origin);
    await store.saveToken({ id: token.id, expiresAt: 1 });
    provider.queued.push({ access_token: "a", expires_in: 3600, api_domain: other.origin });
    expect(await codeOf(refresher.fetch(ANN, own.origin))).toBe("ERR_OPTION_INVALID");
    expect(own.seen).toEqual([]);
  });

  it("are none for a token without apiDomain", async () => {
    const own = await api();
    const { refresher, store, token } = await portal(own.origin);
    await store.saveToken({ id: token.id, apiDomain: null });
    expect(await codeOf(refresher.fetch(ANN, own.origin))).toBe("ERR_OPTION_INVALID");
    expect(own.seen).toEqual([]);
  });
});

describe("a redirect", () => {
  const to =
    (status: number, location: string): Handler =>
    (_seen, response) =>
      response.writeHead(status, { location }).end();

  async function redirecting(
    status: number,
    init?: RequestInit,
    location?: string,
  ): Promise<{ refresher: TokenRefresher; seen: Seen[]; response: Response }> {
    const other = await api();
    const own = await api(to(status, location ?? `${other.origin}/there`));
    const { refresher } = await portal(own.origin);
    return { refresher, seen: other.seen, response: await refresher.fetch(ANN, own.origin, init) };
  }

  it("to another origin does not carry the token, even where the runtime's own fetch would", async () => {
    // As fetch was in runtimes that kept the header.
    const { fetch: real } = globalThis;
    vi.stubGlobal("fetch", async (request: Request) => {
      const response = await real(request);
      const location = response.headers.get("location");
      return request.redirect === "follow" && location !== null ? real(new Request(location, { headers: request.headers })) : response;
    });
    const { seen, response } = await redirecting(302);
    expect(response.redirected).toBe(true);
    expect(await response.text()).toBe("data");
    expect(seen).toMatchObject([{ url: "/there", authorization: undefined }]);
  });

  it("within the origin carries it", async () => {
    const own = await api(({ url }, response) => (url === "/" ? to(301, "/there")({} as Seen, response) : response.end("data")));
    const { refresher } = await portal(own.origin);
    expect(await (await refresher.fetch(ANN, own.origin)).text()).toBe("data");
    expect(own.seen.map(({ url, authorization }) => [url, authorization])).toEqual([
      ["/", "Bearer old"],
      ["/there", "Bearer old"],
    ]);
  });

  it.each<[number, string, string, string]>([
    [301, "POST", "GET", ""],
    [302, "POST", "GET", ""],
    [302, "PUT", "PUT", "body"],
    [303, "PUT", "GET", ""],
    [307, "POST", "POST", "body"],
    [308, "POST", "POST", "body"],
  ])("with status %i makes of a %s a %s", async (status, method, expected, body) => {
    const { seen } = await redirecting(status, { method, body: "body" });
    expect(seen).toMatchObject([{ method: expected, body, type: body === "" ? undefined : "text/plain;charset=UTF-8" }]);
  });

  it("with status 303 leaves a HEAD what it is", async () => {
    expect((await redirecting(303, { method: "HEAD" })).seen).toMatchObject([{ method: "HEAD" }]);
  });

  it("that keeps the body sends its length again", async () => {
    const { seen } = await redirecting(307, { method: "POST", body: "body" });
    expect(seen).toMatchObject([{ body: "body", length: "4" }]);
  });

  it.each([
    ["", Request],
    [", also on Node.js 20 and 22, where the copy of a request has forgotten it", ForgetfulRequest],
  ])("goes the way that the runtime was told beside the standard, such as by way of a proxy%s", async (_name, constructor) => {
    vi.stubGlobal("Request", constructor);
    const paths: unknown[] = [];
    const dispatcher = {
      dispatch(request: { path: string }, handler: object): boolean {
        paths.push(request.path);
        return undiciDispatcher().dispatch(request, handler);
      },
    };
    const { seen } = await redirecting(302, { dispatcher, method: "POST", body: "a" } as RequestInit);
    expect(seen).toHaveLength(1);
    expect(paths).toEqual(["/", "/there"]);
  });

  it.each(["data:text/plain,hello", "ftp://127.0.0.1/", "http://"])("to %s is refused", async (location) => {
    await expect(redirecting(302, {}, location)).rejects.toThrow(TypeError);
  });

  it("is the caller's where they ask for it", async () => {
    const { seen, response } = await redirecting(302, { redirect: "manual" });
    expect([response.status, seen]).toEqual([302, []]);
  });

  it("that never ends, ends", async () => {
    const own = await api(to(302, "/"));
    const { refresher } = await portal(own.origin);
    await expect(refresher.fetch(ANN, own.origin)).rejects.toThrow(TypeError);
    expect(own.seen).toHaveLength(21);
  });

  it("to another origin that answers 401 says nothing about the token", async () => {
    const other = await api((_seen, response) => response.writeHead(401).end());
    const own = await api(to(302, other.origin));
    const { refresher, provider } = await portal(own.origin);
    expect((await refresher.fetch(ANN, own.origin)).status).toBe(401);
    expect(provider.requests).toBe(0);
  });
});
