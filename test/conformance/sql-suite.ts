import type { Database } from "db0";
import { createStorage } from "unstorage";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { StoredRecord } from "../../src/backend.ts";
import { UnstorageBackend } from "../../src/backends/unstorage/backend.ts";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { saveAtLast } from "../support/accounts.ts";
import { allRows } from "../support/sql.ts";
import type { SqlStorage } from "../support/sql.ts";
import { expectCode } from "./fixture.ts";
import { SECRET } from "./unstorage-fixture.ts";

export interface SqlEngine {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** A connection of its own to the one database. */
  connect(): SqlStorage;
  readonly begin: string;
  /** Makes the statement fail by which the storage is proven to be this database's, until it is called. */
  failProof(database: Database): Promise<() => void>;
  /** Makes the database refuse every index entry of access tokens. */
  readonly refuseAccessPointers: string;
}

const KEY = "0".repeat(32);
const OTHER_KEY = "1".repeat(32);

function record(key: string, version: number, index: StoredRecord["index"]): StoredRecord {
  return { key, version, keyId: "key", index, body: { random: Math.random() } };
}

interface Connection extends SqlStorage {
  readonly store: EdgeTokenStore;
  readonly backend: UnstorageBackend;
}

/** What a SQL database under db0 promises beyond the conformance suite: compare and write in one step. */
export function sqlSuite(engine: SqlEngine): void {
  describe(`compare and write on ${engine.name}`, () => {
    let connections: Connection[];
    let first: Connection;
    let second: Connection;

    function connect(): Connection {
      const sql = engine.connect();
      const storage = createStorage({ driver: sql.driver });
      return { ...sql, store: createUnstorageTokenStore(storage, { secret: SECRET }), backend: new UnstorageBackend(storage, "tokens") };
    }
    const table = (): Promise<unknown> => allRows(first.database, "SELECT * FROM unstorage ORDER BY 1");
    const pointers = async (): Promise<{ pointers: unknown[] }[]> =>
      (await allRows(first.database, "SELECT value AS v FROM unstorage WHERE value LIKE '{\"pointers%'")).map(({ v }) =>
        JSON.parse(String(v)),
      );

    beforeAll(() => engine.start());
    afterAll(() => engine.stop());
    beforeEach(async () => {
      connections = [connect(), connect(), connect()];
      [first, second] = connections as [Connection, Connection];
      await first.database.exec("DROP TABLE IF EXISTS unstorage");
      await first.database.exec("DROP TABLE IF EXISTS orders");
      await first.database.exec("CREATE TABLE orders (id INTEGER)");
      // The first save enters the key, by which the way round the driver is proven.
      const { id } = await first.store.saveToken({ refreshToken: "first" });
      await first.store.deleteToken(id);
    });
    afterEach(() => Promise.all(connections.map(({ database }) => database.dispose())));

    it("says that it is atomic", () => {
      expect(first.store.capabilities).toMatchObject({ engine: "db0", atomic: true, durable: true, consistency: "strong" });
    });

    it("writes nothing at all over a record that is not the one read", async () => {
      const inserted = record(KEY, 1, { user: KEY, access: KEY });
      expect(await first.backend.commit(undefined, inserted)).toBe(true);
      const updated = record(KEY, 2, { user: KEY, access: OTHER_KEY });
      expect(await first.backend.commit(inserted, updated)).toBe(true);
      const before = await table();
      expect(await second.backend.commit(undefined, record(KEY, 1, { grant: KEY }))).toBe(false);
      expect(await second.backend.commit(inserted, record(KEY, 2, { grant: KEY }))).toBe(false);
      // The same version of another life of the record.
      expect(await second.backend.commit({ ...updated, body: {} }, record(KEY, 3, { grant: KEY }))).toBe(false);
      expect(await second.backend.commit(inserted, undefined)).toBe(false);
      expect(await second.backend.commit(inserted, record(OTHER_KEY, 2, { grant: KEY }))).toBe(false);
      expect(await table()).toEqual(before);
      expect(await second.backend.commit(updated, undefined)).toBe(true);
      expect(await pointers()).toEqual([]);
    });

    it("lets one of three insert under a key at once, and in a new index entry all that come", async () => {
      for (let round = 0; round < 40; round++) {
        const digest = (kind: number): string => String(round * 10 + kind).padStart(32, "0");
        const rivals = await Promise.all(
          connections.map(async ({ backend }) => backend.commit(undefined, record(digest(0), 1, { access: digest(1) }))),
        );
        expect(rivals.filter(Boolean)).toHaveLength(1);
        await Promise.all(
          connections.map(({ backend }, connection) => backend.commit(undefined, record(digest(2 + connection), 1, { user: digest(1) }))),
        );
        expect(await first.backend.lookup("user", digest(1))).toHaveLength(3);
      }
    });

    it("fails a look-up in an error of the library where the database fails while it is proven to be the storage's own", async () => {
      const saved = await first.store.saveToken({ refreshToken: "r" });
      const mend = await engine.failProof(second.database);
      await expectCode(second.store.findToken({ refreshToken: "r" }), "ERR_STORE_UNAVAILABLE");
      mend();
      expect(await second.store.findToken({ refreshToken: "r" })).toEqual(saved);
    });

    it("removes and replaces a damaged record, as long as it is that", async () => {
      await first.backend.commit(undefined, record(KEY, 1, { user: KEY }));
      await first.database.prepare("UPDATE unstorage SET value = ? WHERE value LIKE ?").run("{ torn", `%${KEY}%body%`);
      const damaged = (await second.backend.read(KEY))!;
      expect(damaged.body).toBeUndefined();
      expect(await first.backend.commit(record(KEY, 1, {}), undefined)).toBe(false);
      expect(await first.backend.commit(damaged, undefined)).toBe(true);
      expect(await second.backend.read(KEY)).toBeUndefined();
      expect(await second.backend.commit(damaged, undefined)).toBe(false);
    });

    it("leaves record and index as they were where a part of it fails", async () => {
      const saved = await first.store.saveToken({ userName: "ann", clientId: "c", refreshToken: "r" });
      await first.database.exec(engine.refuseAccessPointers);
      const before = await table();
      await expectCode(first.store.saveToken({ id: saved.id, refreshToken: "r2", accessToken: "a" }), "ERR_STORE_UNAVAILABLE");
      expect(await table()).toEqual(before);
      expect(await second.store.saveToken({ id: saved.id, refreshToken: "r2" })).toMatchObject({ version: 2 });
    });

    it("adds up the saves of three connections, and leaves no pointer that leads nowhere", async () => {
      await Promise.all(
        connections.map(async ({ store }, connection) => {
          for (let number = 0; number < 60; number++) {
            await saveAtLast(store, { userName: "ann", clientId: "c", accessToken: `access-${connection}-${number}` });
          }
        }),
      );
      expect(await first.store.getTokens()).toEqual([expect.objectContaining({ version: 180 })]);
      expect((await pointers()).map((list) => list.pointers.length)).toEqual([1, 1, 1]);
    });

    it("keeps every record in an index entry that several share, whoever comes and goes at once", async () => {
      await Promise.all(
        connections.map(async ({ store }, connection) => {
          for (let number = 0; number < 15; number++) {
            const { id } = await store.saveToken({ userName: "ann", clientId: `${connection}-${number}`, refreshToken: "shared" });
            if (number % 3 !== 0) await store.deleteToken(id);
          }
        }),
      );
      expect(await second.store.findTokens({ userName: "ann" })).toHaveLength(15);
      expect((await pointers()).map((list) => list.pointers.length).sort((left, right) => left - right)).toEqual([
        ...Array<number>(15).fill(1),
        15,
        15,
      ]);
    });

    it("is a part of the transaction that the application has open on the connection, and ends it not", async () => {
      const { id } = await first.store.saveToken({ userName: "ann", clientId: "c", refreshToken: "r" });
      for (const [end, version, orders] of [["ROLLBACK", 1, 0] as const, ["COMMIT", 3, 2] as const]) {
        await first.database.exec(engine.begin);
        await first.database.exec("INSERT INTO orders VALUES (1)");
        await first.store.saveToken({ id, scope: `first ${end}` });
        await first.database.exec("INSERT INTO orders VALUES (2)");
        await first.store.saveToken({ id, scope: `second ${end}` });
        expect(await second.store.findTokenById(id)).toMatchObject({ version: 1 });
        await first.database.exec(end);
        expect(await second.store.findTokenById(id)).toMatchObject({ version });
        expect(await allRows(second.database, "SELECT id FROM orders")).toHaveLength(orders);
      }
    });

    it("neither takes in nor holds up what the application does on the connection meanwhile", async () => {
      const saves = Array.from({ length: 40 }, (_, number) =>
        first.store.saveToken({ userName: `user-${number % 4}`, clientId: "c", accessToken: `access-${number}` }),
      );
      const statements = Array.from({ length: 40 }, async (_, number) => {
        await new Promise((resolve) => setTimeout(resolve, number % 5));
        await first.database.exec(`INSERT INTO orders VALUES (${number})`);
        // Another connection sees it: no transaction of ours has it in.
        expect(await allRows(second.database, `SELECT id FROM orders WHERE id = ${number}`)).toHaveLength(1);
      });
      await Promise.all([...saves, ...statements]);
      expect((await second.store.getTokens()).map(({ version }) => version)).toEqual([10, 10, 10, 10]);
    });
  });
}
