import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseReturnTo } from "../../demo/worker/return-to.ts";
import { startDemoSite } from "./demo-site.ts";
import type { DemoSite } from "./demo-site.ts";
import { WorkerClient } from "./worker-client.ts";

const JONAS = "5725767000000411002";
const TOKEN = /1000\.[0-9a-f]{32}/;

let site: DemoSite;
beforeAll(async () => {
  site = await startDemoSite();
});
afterAll(() => site[Symbol.asyncDispose]());

/** One that is looked for in the same place. */
const forgedState = (callback: URL): string => callback.searchParams.get("state")![0]!.padEnd(43, "x");

const newClient = async (student?: string): Promise<WorkerClient> => {
  const client = new WorkerClient(site);
  expect((await client.logIn(student)).headers.get("location")).toBe("/");
  return client;
};

describe("a log-in at the Worker", () => {
  test("asks with a state and a PKCE challenge, another one each time", async () => {
    const client = new WorkerClient(site);
    const [first, second] = [await client.begin(), await client.begin()];
    for (const name of ["state", "code_challenge"]) {
      expect(first.searchParams.get(name)).toMatch(/^[\w-]{43}$/);
      expect(second.searchParams.get(name)).not.toBe(first.searchParams.get(name));
    }
    expect(first.searchParams.get("code_challenge_method")).toBe("S256");
  });

  test("leads back to where it began, with a cookie that no script reads", async () => {
    const client = new WorkerClient(site);
    const response = await client.follow(await client.consent(await client.begin("/courses?week=2")));
    expect([response.status, response.headers.get("location")]).toEqual([303, "/courses?week=2"]);
    const line = response.headers.getSetCookie().find((one) => /^__Host-session=[^;]/.test(one))!;
    expect(line.split("; ").slice(1).toSorted()).toEqual(["HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=Lax", "Secure"]);
    expect(line).not.toMatch(TOKEN);
    expect(await client.isLoggedIn()).toBe(true);
  });

  test("is refused with a forged state, and with none", async () => {
    const forgeries = [(url: URL) => url.searchParams.set("state", forgedState(url)), (url: URL) => url.searchParams.delete("state")];
    for (const forge of forgeries) {
      const client = new WorkerClient(site);
      const callback = await client.consent(await client.begin());
      forge(callback);
      expect((await client.follow(callback)).headers.get("location")).toBe("/?problem=LOGIN_FORGED");
      expect(await client.isLoggedIn()).toBe(false);
    }
  });

  test("is over once a state was guessed at: the genuine answer comes too late", async () => {
    const client = new WorkerClient(site);
    const genuine = await client.consent(await client.begin());
    const forged = new URL(genuine);
    forged.searchParams.set("state", forgedState(genuine));
    await client.follow(forged);
    expect((await client.follow(genuine)).headers.get("location")).toBe("/?problem=LOGIN_FORGED");
  });

  test("goes its own way in each tab, and none takes another's", async () => {
    const client = new WorkerClient(site);
    const first = await client.begin("/first");
    let second = await client.begin("/second");
    // One of 64 begins with the same character, and takes the place of the first.
    while (second.searchParams.get("state")![0] === first.searchParams.get("state")![0]) second = await client.begin("/second");
    expect((await client.follow(await client.consent(second))).headers.get("location")).toBe("/second");
    expect((await client.follow(await client.consent(first))).headers.get("location")).toBe("/first");
    expect([...client.cookies.keys()]).toEqual(["__Host-session"]);
  });

  test("keeps what it needs in a cookie that every browser takes, however long the escapes of its path are", async () => {
    const address = `/auth/login?returnTo=${encodeURIComponent(`/${"ü".repeat(490)}`)}`;
    const [line] = (await new WorkerClient(site).send(address)).headers.getSetCookie();
    // RFC 6265 section 6.1.
    expect(line!.length).toBeLessThanOrEqual(4096);
  });

  test("is refused when it is replayed, also with the cookie of the first time", async () => {
    const client = new WorkerClient(site);
    const address = await client.begin();
    const thief = new WorkerClient(site);
    for (const [name, value] of client.cookies) thief.cookies.set(name, value);
    const callback = await client.consent(address);
    await client.follow(callback);
    expect((await client.follow(callback)).headers.get("location")).toBe("/?problem=LOGIN_FORGED");
    expect((await thief.follow(callback)).headers.get("location")).toBe("/?problem=LOGIN_FAILED");
    expect(await thief.isLoggedIn()).toBe(false);
  });

  test("is refused with a stolen code, by the state and by PKCE", async () => {
    const [victim, thief] = [new WorkerClient(site), new WorkerClient(site)];
    const stolen = await victim.consent(await victim.begin());
    const own = await thief.begin();
    const mixed = new URL(stolen);
    mixed.searchParams.set("state", own.searchParams.get("state")!);
    expect((await thief.follow(mixed)).headers.get("location")).toBe("/?problem=LOGIN_FAILED");
    // Its state was never the thief's.
    expect((await thief.follow(stolen)).headers.get("location")).toBe("/?problem=LOGIN_FORGED");
    expect(await thief.isLoggedIn()).toBe(false);
  });

  test("sends its code to no server that the redirect names and nobody knows", async () => {
    const client = new WorkerClient(site);
    const callback = await client.consent(await client.begin());
    callback.searchParams.set("accounts-server", "https://accounts.evil.example");
    expect((await client.follow(callback)).headers.get("location")).toBe("/?problem=LOGIN_FAILED");
  });

  test("begins a new session, and ends the one that was planted", async () => {
    const client = await newClient();
    const planted = client.cookies.get("__Host-session")!;
    await client.logIn(JONAS);
    expect(client.cookies.get("__Host-session")).not.toBe(planted);
    client.cookies.set("__Host-session", planted);
    expect(await client.isLoggedIn()).toBe(false);
  });

  test("as somebody else leaves no tokens of the first user behind, here or at the accounts server", async () => {
    const { students, refreshTokens } = site.servers.standIn.state;
    const first = { ...students.get(JONAS)!, id: "first", email: "first@zylker.example" };
    students.set(first.id, first);
    const client = await newClient(first.id);
    const records = async (): Promise<number> => {
      const { entries } = (await (await client.send("/inspector/storage")).json()) as { entries: { key: string }[] };
      return entries.filter(({ key }) => key.startsWith("tokens:r:")).length;
    };
    await newClient(JONAS);
    const before = await records();
    await client.logIn(JONAS);
    await expect.poll(records).toBe(before - 1);
    await expect.poll(() => refreshTokens.toJSON().filter(([, { studentId }]) => studentId === first.id)).toEqual([]);
    expect((await client.send("/api/profile")).status).toBe(200);
    students.delete(first.id);
  });

  test.for([
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/x/..//evil.example",
    "/./\\evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    "@evil.example",
    "/auth/logout",
    "/%0d%0aSet-Cookie:x=1",
    "/\r\nSet-Cookie: x=1",
    `/${"x".repeat(600)}`,
  ])("stays on this site with returnTo=%j", async (returnTo) => {
    const client = new WorkerClient(site);
    const response = await client.follow(await client.consent(await client.begin(returnTo)));
    const target = new URL(response.headers.get("location")!, client.origin);
    expect(target.origin).toBe(client.origin);
    expect(target.pathname.startsWith("//")).toBe(false);
    expect(response.headers.getSetCookie().some((line) => line.startsWith("x="))).toBe(false);
  });

  test("reads what its own cookie says of returnTo with the same distrust", async () => {
    const client = new WorkerClient(site);
    const callback = await client.consent(await client.begin());
    const [[name, value]] = [...client.cookies] as [[string, string]];
    const attempt = JSON.parse(decodeURIComponent(value)) as object;
    client.cookies.set(name, encodeURIComponent(JSON.stringify({ ...attempt, returnTo: "//evil.example" })));
    expect((await client.follow(callback)).headers.get("location")).toBe("/");
  });

  test("takes no header, no cookie and no address from what a request says", async () => {
    const client = new WorkerClient(site);
    const injection = "%0d%0aSet-Cookie:%20x=1%0d%0a%0d%0a<script>";
    const state = (await client.begin()).searchParams.get("state")!;
    const paths = ["returnTo", "prompt", injection].map((name) => `/auth/login?${name}=/${injection}`);
    for (const name of ["state", "code", "error", "accounts-server"])
      paths.push(`/auth/callback?state=${state}&code=c&${name}=${injection}`);
    for (const path of paths) {
      const response = await client.send(path, { headers: { "x-forwarded-host": "evil.example", forwarded: "host=evil.example" } });
      const head = JSON.stringify([...response.headers]);
      expect([response.status, response.headers.get("x"), await response.text()]).toEqual([303, null, ""]);
      expect(head).not.toMatch(/x=1[;"]|<script>|evil\.example/);
      expect(response.headers.getSetCookie().every((line) => /^__Host-login-[\w-]=/.test(line))).toBe(true);
    }
    expect((await client.begin()).searchParams.get("redirect_uri")).toBe(`${client.origin}/auth/callback`);
  });

  test("shows a problem by its code alone", async () => {
    const client = new WorkerClient(site);
    const state = (await client.begin()).searchParams.get("state")!;
    const response = await client.send(`/auth/callback?state=${state}&error=${encodeURIComponent("<script>alert(1)</script>")}`);
    expect(response.headers.get("location")).toBe("/?problem=LOGIN_FAILED");
  });
});

describe("a session at the Worker", () => {
  test("is not had by another user's id, a changed cookie or a cookie of the wrong form", async () => {
    const [amara, jonas] = [await newClient(), await newClient(JONAS)];
    const [ownId, ownSecret] = amara.cookies.get("__Host-session")!.split(".") as [string, string];
    const [otherId, otherSecret] = jonas.cookies.get("__Host-session")!.split(".") as [string, string];
    const flipped = ownSecret.replace(/^./, (first) => (first === "A" ? "B" : "A"));
    const forgeries = [
      `${otherId}.${ownSecret}`,
      `${ownId}.${otherSecret}`,
      `${ownId}.${flipped}`,
      `${"0".repeat(64)}.${ownSecret}`,
      `${ownId}.`,
      ownId,
      "",
      "x".repeat(5000),
      `${ownId}.${ownSecret}.${ownSecret}`,
    ];
    for (const forged of forgeries) {
      amara.cookies.set("__Host-session", forged);
      expect(await amara.isLoggedIn()).toBe(false);
      expect((await amara.send("/api/profile")).status).toBe(401);
    }
  });

  test("shows its own user's data and no token, in no answer", async () => {
    const client = await newClient(JONAS);
    for (const path of ["/auth/session", "/api/profile", "/api/courses", "/api/inbox", "/inspector/token", "/inspector/storage"]) {
      const response = await client.send(path);
      const text = (await response.text()) + JSON.stringify([...response.headers]);
      expect(response.status).toBe(200);
      expect(text).not.toMatch(TOKEN);
      if (path === "/api/profile") expect(text).toContain("Jonas Lindqvist");
    }
  });

  test("goes with the last log-out, and then so does the token", async () => {
    const [here, there] = [await newClient(JONAS), await newClient(JONAS)];
    expect(await (await here.post("/auth/logout")).json()).toEqual({ revoked: true });
    expect(await here.isLoggedIn()).toBe(false);
    expect((await there.send("/api/profile")).status).toBe(200);
    expect(await (await there.post("/auth/logout-everywhere")).json()).toEqual({ revoked: true });
    expect((await there.send("/api/profile")).status).toBe(401);
  });

  test("ends everywhere at once", async () => {
    const clients = await Promise.all([newClient(), newClient()]);
    const copied = new WorkerClient(site);
    copied.cookies.set("__Host-session", clients[1].cookies.get("__Host-session")!);
    expect((await clients[0].post("/auth/logout-everywhere")).status).toBe(200);
    for (const client of [...clients, copied]) expect(await client.isLoggedIn()).toBe(false);
  });
});

describe("the Worker's guards", () => {
  const unsafe = ["/auth/logout", "/auth/logout-everywhere", "/inspector/expire"];

  test.for(unsafe)("refuse %s from another site, without an origin and without the header", async (path) => {
    const client = await newClient();
    for (const headers of [{ origin: "https://evil.example" }, { origin: "null" }, { origin: `${client.origin}.evil.example` }]) {
      expect((await client.post(path, headers)).status).toBe(403);
    }
    expect((await client.send(path, { method: "POST", headers: { "x-portal": "1" } })).status).toBe(403);
    expect((await client.send(path, { method: "POST", headers: { origin: client.origin } })).status).toBe(403);
    expect((await client.post(path, { "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await client.send(path)).status).toBe(404);
    expect(await client.isLoggedIn()).toBe(true);
  });

  test("give data to no other site's page, and allow it nothing by CORS", async () => {
    const client = await newClient();
    const response = await client.send("/api/profile", { headers: { "sec-fetch-site": "cross-site", origin: "https://evil.example" } });
    expect(response.status).toBe(403);
    expect(response.headers.get("access-control-allow-origin")).not.toBe("https://evil.example");
  });

  test("send headers that let nothing run, be framed or be kept", async () => {
    const response = await new WorkerClient(site).send("/auth/session");
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "cache-control": "no-store",
      "content-security-policy": expect.stringContaining("default-src 'none'; frame-ancestors 'none'"),
      "referrer-policy": "no-referrer",
      "strict-transport-security": expect.stringContaining("max-age="),
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    });
  });

  test("repeat nothing of a request in an error", async () => {
    const response = await new WorkerClient(site).send("/api/%3Cscript%3Ealert(1)%3C/script%3E");
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain("script");
  });
});

describe("tokens in Durable Objects, by one setting", () => {
  test("serve the same portal", async () => {
    await site.servers.restartWorker({ TOKEN_STORAGE: "durable-object" });
    const client = await newClient();
    const before = site.servers.standIn.state.refreshes;
    await client.post("/inspector/expire");
    const calls = await Promise.all(Array.from({ length: 20 }, () => client.send("/api/courses")));
    expect(calls.map(({ status }) => status)).toEqual(calls.map(() => 200));
    expect(site.servers.standIn.state.refreshes).toBe(before + 1);
    expect(await (await client.send("/inspector/token")).json()).toMatchObject({
      capabilities: { engine: "durable-object", consistency: "strong" },
    });
  });
});

test("returnTo keeps the paths of this site as they are", () => {
  expect(["/", "/a/b?c=d%20e", "/%2F%2Fevil.example"].map(parseReturnTo)).toEqual(["/", "/a/b?c=d%20e", "/%2F%2Fevil.example"]);
  expect([undefined, null, 1, "", "a", {}].map(parseReturnTo)).toEqual(["/", "/", "/", "/", "/", "/"]);
  // Each of the two times that it is parsed has to hold alone.
  expect(["/x/..//evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example"].map(parseReturnTo)).toEqual(["/", "/", "/", "/"]);
  // As the parser writes it, it is longer.
  expect([`/${"ü".repeat(80)}`, `/${"ü".repeat(90)}`].map(parseReturnTo)).toEqual([`/${"%C3%BC".repeat(80)}`, "/"]);
});
