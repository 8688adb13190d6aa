import { expect, it } from "vitest";
import { isPglite, isPostgresqlClient, pgliteAccess } from "../../src/backends/unstorage/sql/server.ts";

const instance = (dataDir?: string) => ({ query: async () => ({ rows: [] }), waitReady: Promise.resolve(), dataDir });

it("knows PGlite from a client of a server", () => {
  expect(isPglite(instance())).toBe(true);
  expect(isPostgresqlClient(instance())).toBe(false);
  expect(isPglite({ query: async () => ({ rows: [] }), processID: 1 })).toBe(false);
  expect(isPglite(undefined)).toBe(false);
});

it.each([
  [undefined, false],
  ["", false],
  ["memory://", false],
  ["memory://tokens", false],
  ["./tokens", true],
  ["idb://tokens", true],
] as const)("with %s as its folder it claims to keep tokens: %s", (dataDir, persistent) => {
  const access = pgliteAccess(instance(dataDir), {} as never, "unstorage", { keys: {}, driverKey: (key: string) => key } as never);
  expect(access).toMatchObject({ atomic: true, persistent });
});
