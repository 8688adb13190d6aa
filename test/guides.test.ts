import "fake-indexeddb/auto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { EdgeTokenStore } from "../src/index.ts";
import { LocalServer } from "./support/local-server.ts";
import { codeBlocks, namedBlocks } from "./support/markdown-code.ts";
import { OAuthServer } from "./support/oauth-server.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIRECTORY = `${ROOT}test-results/guides`;

beforeAll(() => mkdir(DIRECTORY, { recursive: true }));
afterAll(() => rm(DIRECTORY, { recursive: true, force: true }));

it("README's first lines do what their comments say", async () => {
  const [first] = codeBlocks(await readFile(`${ROOT}README.md`, "utf8"));
  await writeFile(`${DIRECTORY}/readme.ts`, `${first!.code}\nexport { store };\n`);
  const { store } = (await import(`${DIRECTORY}/readme.ts`)) as { store: EdgeTokenStore };
  const tokens = await store.getTokens();
  expect(tokens).toMatchObject([{ userName: "ann@example.com", refreshToken: "r-1", accessToken: "a-2", version: 2 }]);
  expect(await store.findToken({ userName: "ann@example.com", clientId: "my-app" })).toEqual(tokens[0]);
  expect(await store.findToken({ accessToken: "a-2" })).toEqual(tokens[0]);
});

/** What docs/browser.md has other modules import. */
interface SessionModule {
  store: EdgeTokenStore;
  logIn(): Promise<void>;
  finishLogIn(userName: string): Promise<void>;
  api(userName: string, path: string): Promise<Response>;
  logOut(userName: string): Promise<void>;
}

describe("the page's module of docs/browser.md", () => {
  let server: OAuthServer;
  let resources: LocalServer;
  let session: SessionModule;
  let sent: (string | undefined)[];
  const location = { origin: "http://127.0.0.1:9", href: "", assign: (url: URL) => (location.href = url.href) };

  beforeAll(async () => {
    server = await OAuthServer.start();
    server.publicClientId = "my-page";
    resources = await LocalServer.start(async ({ headers }) => {
      sent.push(headers.authorization);
      return { status: 200, body: {} };
    });
    const code = (await namedBlocks(`${ROOT}docs/browser.md`)).get("session.ts")!;
    const here = code.replace("https://login.example.com", server.issuer).replace("https://api.example.com", resources.url);
    await writeFile(`${DIRECTORY}/session.ts`, here);
    session = (await import(`${DIRECTORY}/session.ts`)) as SessionModule;
  });
  afterAll(() => Promise.all([server.stop(), resources.stop()]));

  beforeEach(() => {
    sent = [];
    const items = new Map<string, string>();
    vi.stubGlobal("location", location);
    vi.stubGlobal("sessionStorage", {
      getItem: (name: string) => items.get(name) ?? null,
      setItem: (name: string, value: string) => items.set(name, value),
      removeItem: (name: string) => items.delete(name),
    });
    return () => vi.unstubAllGlobals();
  });

  it("asks for the server again where it was opened without a network, logs in, refreshes and logs out", async () => {
    const network = vi.spyOn(globalThis, "fetch").mockRejectedValueOnce(new TypeError("offline"));
    await expect(session.logIn()).rejects.toMatchObject({ code: "ERR_REFRESH_FAILED" });
    network.mockRestore();
    await session.logIn();
    const { headers } = await fetch(location.href, { redirect: "manual" });
    location.href = headers.get("location")!;
    await session.finishLogIn("ann");
    const { id, accessToken } = (await session.store.findToken({ userName: "ann" }))!;

    expect((await session.api("ann", "/mail")).status).toBe(200);
    await session.store.saveToken({ id, expiresAt: 1 });
    expect((await session.api("ann", "/mail")).status).toBe(200);
    const refreshed = (await session.store.findToken({ userName: "ann" }))!;
    expect(sent).toEqual([`Bearer ${accessToken}`, `Bearer ${refreshed.accessToken}`]);
    expect(refreshed.accessToken).not.toBe(accessToken);

    await session.logOut("ann");
    expect(await session.store.findToken({ userName: "ann" })).toBeNull();
    expect(server.knows(refreshed.refreshToken!)).toBe(false);
  });
});
