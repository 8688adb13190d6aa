import { readFileSync } from "node:fs";
import { createStorage } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";

const storages = JSON.parse(readFileSync(new URL("schema-v1.json", import.meta.url), "utf8")) as Record<"sealed" | "plain", object>;

/** What version 1 of the schema wrote. It must open, and be found under the same keys, as long as version 1 is supported. */
const STORAGES = [
  { name: "sealed", secret: "golden-secret-of-thirty-two-characters", entries: storages.sealed },
  { name: "plain", secret: false, entries: storages.plain },
] as const;

const NAMED = {
  userName: "ann@example.com",
  clientId: "1000.CLIENT",
  grantToken: "grant",
  refreshToken: "refresh",
  accessToken: "access",
  expiresAt: 1_700_003_600_000,
};
const NAMELESS = { refreshToken: "nameless \ud800 é e\u0301" };

it.each(STORAGES)("a $name storage of schema version 1 opens, and takes the same keys again", async ({ secret, entries }) => {
  const driver = memoryDriver();
  const raw = driver.getInstance!() as Map<string, string>;
  for (const [key, value] of Object.entries(entries)) raw.set(key, JSON.stringify(value));
  const store = createUnstorageTokenStore(createStorage({ driver }), { secret });
  for (const query of [
    { userName: NAMED.userName },
    { userName: NAMED.userName, clientId: NAMED.clientId },
    { accessToken: "access" },
    { refreshToken: "refresh" },
    { grantToken: "grant" },
  ]) {
    expect(await store.findToken(query)).toMatchObject({ ...NAMED, createdAt: 1_700_000_000_000, version: 1 });
  }
  expect(await store.findToken(NAMELESS)).toMatchObject(NAMELESS);

  await store.deleteTokens();
  expect([...raw.keys()]).toEqual([]);
  await store.saveToken(NAMED);
  await store.saveToken(NAMELESS);
  expect([...raw.keys()].sort()).toEqual(Object.keys(entries).sort());
});
