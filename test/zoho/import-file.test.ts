import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { importTokens } from "../../src/cli/import-tokens.ts";
import { createMemoryTokenStore } from "../../src/index.ts";
import { readZohoFileStore } from "../../src/zoho/index.ts";
import { writeZohoFile } from "../support/zoho-file.ts";
import { ZOHO_SDKS } from "../support/zoho-sdks.ts";
import { CLIENT, ZohoServer } from "../support/zoho-server.ts";

const ROWS = 10_000;

let server: ZohoServer;
let directory: string;
beforeEach(async () => {
  [server, directory] = await Promise.all([ZohoServer.start(), mkdtemp(join(tmpdir(), "ets-import-"))]);
});
afterEach(() => Promise.all([server.stop(), rm(directory, { recursive: true, force: true })]));

it(`brings ${ROWS} tokens of FileStore's over, and the SDK logs in with them`, async () => {
  const sdk = ZOHO_SDKS[0]!;
  const refreshTokens = Array.from({ length: ROWS }, () => server.issueRefreshToken());
  const tokens = refreshTokens.map((refreshToken, index) => {
    const token = sdk.build({ id: String(index + 1), userName: `user-${index}@example.com:700`, refreshToken });
    if (index % 2 === 0) {
      token.setAccessToken(server.issueAccessToken());
      token.setExpiresIn(String(Date.now() + 3_600_000));
    }
    return token as never;
  });
  const path = join(directory, "tokens.csv");
  const fileStore = await writeZohoFile(path, tokens);
  expect(await fileStore.getTokens()).toHaveLength(ROWS);

  const { tokens: rows, problems } = readZohoFileStore(await readFile(path, "utf8"));
  expect(problems).toEqual([]);
  const store = createMemoryTokenStore();
  expect(await importTokens(store, rows)).toEqual({ imported: ROWS, present: 0, problems: [] });
  expect(await importTokens(store, rows)).toEqual({ imported: 0, present: ROWS, problems: [] });
  const adapter = sdk.adapt(store);
  expect(await adapter.getTokens()).toHaveLength(ROWS);

  // With an access token that is still good, and with a refresh token alone; by user, by refresh token and by id.
  for (const parts of [{ userName: "user-4242@example.com:700" }, { refreshToken: refreshTokens[6]! }, { id: "10000" }]) {
    await sdk.initialize(server.url, sdk.build(parts), adapter);
    expect(await sdk.call()).toBe(200);
  }
  expect(server.grants).toEqual(["refresh_token"]);
  expect(await store.findTokenById("10000")).toMatchObject({ clientId: CLIENT.id, refreshToken: refreshTokens[9999] });
  console.log(`${ROWS} tokens of FileStore's imported`);
});
