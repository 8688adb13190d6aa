import type { Connector } from "db0";
import { createStorage } from "unstorage";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { sqlStorage } from "./sql.ts";

interface SqlServer {
  connect(): Connector;
  dispose(): Promise<void>;
}

/** Whatever the table is called, the names within our own statements are others. */
export function tableNameSuite(name: string, start: () => Promise<SqlServer>): void {
  describe(`a table on ${name}`, () => {
    let server: SqlServer;
    beforeAll(async () => void (server = await start()));
    afterAll(() => server.dispose());

    it.each(["w", "t", "p", "k", "v", "e", "present", "same", "inserted", "updated", "deleted", "excluded"])(
      "may be called %s",
      async (table) => {
        const { driver, database } = sqlStorage(server.connect(), table);
        const store = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
        const { id } = await store.saveToken({ userName: "ann", clientId: "c", refreshToken: "r" });
        expect(await store.saveToken({ id, refreshToken: "r2", accessToken: "a" })).toMatchObject({ version: 2 });
        expect(await store.findToken({ accessToken: "a" })).toMatchObject({ id });
        await store.deleteToken(id);
        expect(await store.findToken({ refreshToken: "r2" })).toBeNull();
        expect(store.capabilities.atomic).toBe(true);
        await database.dispose();
      },
    );
  });
}
