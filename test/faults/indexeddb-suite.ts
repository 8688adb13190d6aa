import { deleteDB, openDB } from "idb";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createIndexedDBTokenStore } from "../../src/backends/indexeddb/index.ts";
import type { IndexedDBTokenStoreOptions } from "../../src/backends/indexeddb/index.ts";
import type { EdgeTokenStore, RecordCorruptError, SaveOptions, TokenEvent } from "../../src/index.ts";
import { all, expectCode, unique } from "../conformance/fixture.ts";

const other32 = "0".repeat(32);
const ANN = { userName: "ann", clientId: "c", accessToken: "access-ann", refreshToken: "refresh-ann" };

/** The next write is done, and the connection goes before anybody hears of it. */
function loseNextAnswer(): void {
  const { transaction } = IDBDatabase.prototype;
  const spy = vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(function (this: IDBDatabase, names, mode, options) {
    const begun = transaction.call(this, names, mode, options);
    if (mode !== "readwrite") return begun;
    spy.mockRestore();
    const listen = begun.addEventListener.bind(begun);
    begun.addEventListener = (type: string, listener: EventListener) => listen(type === "abort" ? "complete" : type, listener);
    Object.defineProperty(begun, "oncomplete", { set: () => {} });
    return begun;
  });
}

/** What a browser does to a database under an open store. */
export function indexedDBFaultSuite(): void {
  const stores: EdgeTokenStore[] = [];
  const open = (namespace: string, options: IndexedDBTokenStoreOptions = {}): EdgeTokenStore => {
    const store = createIndexedDBTokenStore({ namespace, ...options });
    stores.push(store);
    return store;
  };
  const nameOf = (namespace: string): string => `edge-token-store:${namespace}`;

  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
  });

  describe("a connection that is lost with an answer", () => {
    it.each<[string, SaveOptions]>([
      ["", {}],
      [" for a version", { ifVersion: 2 }],
    ])("counts a save%s once, and tells of it, where the connection went with the answer", async (_for, options) => {
      const store = open(unique());
      const { id } = await store.saveToken(ANN);
      await store.saveToken({ ...ANN, scope: "one" });
      const heard: TokenEvent[] = [];
      store.subscribe((event) => heard.push(event));
      loseNextAnswer();
      expect(await store.saveToken({ ...ANN, accessToken: "renewed" }, options)).toMatchObject({ id, version: 3 });
      loseNextAnswer();
      await store.deleteToken(id);
      loseNextAnswer();
      expect(await store.saveToken(ANN, { ifVersion: 0 })).toMatchObject({ version: 1 });
      expect(heard).toEqual([
        { type: "saved", id, version: 3 },
        { type: "deleted", id },
        { type: "saved", id, version: 1 },
      ]);
    });
  });

  describe("a database that is deleted under an open store", () => {
    it("is let go of, and opened anew by the next call", async () => {
      const namespace = unique();
      const store = open(namespace);
      await store.saveToken(ANN);
      await deleteDB(nameOf(namespace));
      expect(await store.findToken({ userName: "ann", clientId: "c" })).toBeNull();
      const saved = await store.saveToken(ANN);
      for (const query of [{ userName: "ann" }, { accessToken: "access-ann" }, { id: saved.id }]) {
        expect(await store.findToken(query)).toEqual(saved);
      }
      expect(await open(namespace).findToken({ refreshToken: "refresh-ann" })).toEqual(saved);
    });

    it("ends a listing that is under way, and takes no record of the next log-in for damage", async () => {
      const namespace = unique();
      const names = Array.from({ length: 12 }, (_, number) => `user-${number}`);
      const logIn = (store: EdgeTokenStore): Promise<unknown> => Promise.all(names.map((id) => store.saveToken({ ...ANN, id })));
      const store = open(namespace);
      await logIn(store);
      const listed: string[] = [];
      for await (const { id } of store.tokens({ pageSize: 1 })) {
        listed.push(id);
        if (listed.length > 1) continue;
        await deleteDB(nameOf(namespace));
        await logIn(open(namespace));
      }
      // With the two pages that were asked for before.
      expect(listed.length).toBeLessThanOrEqual(3);
      expect(await store.getTokens()).toHaveLength(names.length);
    });

    it("again and again during saves leaves each acknowledged state whole", async () => {
      const namespace = unique();
      const store = open(namespace);
      for (let round = 0; round < 5; round++) {
        const saves = Array.from({ length: 10 }, (_, number) => store.saveToken({ ...ANN, accessToken: `access-${round}-${number}` }));
        await Promise.all([deleteDB(nameOf(namespace)), ...saves]);
        const tokens = await store.getTokens();
        expect(tokens.length).toBeLessThanOrEqual(1);
        expect(await store.findToken({ userName: "ann", clientId: "c" })).toEqual(tokens[0] ?? null);
        expect(await store.findToken({ refreshToken: "refresh-ann" })).toEqual(tokens[0] ?? null);
      }
      expect(await store.saveToken(ANN)).toMatchObject(ANN);
    });
  });

  describe("a database that can't be opened", () => {
    it("since a frozen tab holds on to it is reported as blocked, within the time limit", async () => {
      const namespace = unique();
      // A tab that is frozen holds the database and never lets go, so that a deletion waits, and whoever opens behind it.
      const holder = indexedDB.open(nameOf(namespace), 1);
      const held = await new Promise<IDBDatabase>((resolve) => {
        holder.onsuccess = () => resolve(holder.result);
      });
      const deleting = deleteDB(nameOf(namespace));
      const store = open(namespace, { openTimeoutMs: 300 });
      await expectCode(store.findToken({ userName: "ann" }), "ERR_STORE_BLOCKED");
      held.close();
      await deleting;
      expect(await store.saveToken(ANN)).toMatchObject(ANN);
    });

    it("since it is of a newer version is reported as unavailable", async () => {
      const namespace = unique();
      const newer = await openDB(nameOf(namespace), 99);
      newer.close();
      await expectCode(open(namespace).findToken({ userName: "ann" }), "ERR_STORE_UNAVAILABLE");
    });

    it("for once is no reason to give up: the next call tries again", async () => {
      const namespace = unique();
      const newer = await openDB(nameOf(namespace), 99);
      newer.close();
      const store = open(namespace);
      await expectCode(store.saveToken(ANN), "ERR_STORE_UNAVAILABLE");
      await deleteDB(nameOf(namespace));
      expect(await store.saveToken(ANN)).toMatchObject(ANN);
    });
  });

  describe("an open store", () => {
    it("lets another tab upgrade the database", async () => {
      const namespace = unique();
      const store = open(namespace);
      await store.saveToken(ANN);
      const upgraded = await openDB(nameOf(namespace), 99);
      upgraded.close();
      await expectCode(store.findToken({ userName: "ann" }), "ERR_STORE_UNAVAILABLE");
    });

    it("finds nothing opened by its creation alone, or by bad input", async () => {
      const namespace = unique();
      const store = open(namespace);
      await expectCode(store.saveToken({ accessToken: "" }), "ERR_TOKEN_INVALID");
      await expectCode(store.findTokenById(""), "ERR_TOKEN_INVALID");
      const names = (await indexedDB.databases()).map(({ name }) => name);
      expect(names).not.toContain(nameOf(namespace));
    });

    it("opens within a time that is longer than timers take", async () => {
      const setTimer = vi.spyOn(globalThis, "setTimeout");
      expect(await open(unique(), { openTimeoutMs: Number.MAX_SAFE_INTEGER }).findToken({ userName: "ann" })).toBeNull();
      const delays = setTimer.mock.calls.map(([, delay]) => delay ?? 0);
      expect(Math.max(...delays)).toBe(2 ** 31 - 1);
      vi.restoreAllMocks();
    });

    it("refuses a client secret unless it is allowed by name", async () => {
      const token = { ...ANN, clientSecret: "marked-secret" };
      await expectCode(open(unique()).saveToken(token), "ERR_TOKEN_INVALID");
      await expect(open(unique()).saveToken(token)).rejects.not.toThrow(/marked/);
      expect(await open(unique(), { allowClientSecret: true }).saveToken(token)).toMatchObject(token);
    });

    it.each([{ allowClientSecret: 1 }, { openTimeoutMs: 0 }, { openTimeoutMs: "1" }, { openTimeoutMs: Number.NaN }, { secret: "x" }])(
      "refuses the options %j",
      (options) => {
        expect(() => open(unique(), options as object)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
      },
    );
  });

  describe("stores that open at once on a new database", () => {
    it("agree on one key", async () => {
      const namespace = unique();
      const several = Array.from({ length: 8 }, () => open(namespace));
      await Promise.all(
        several.map((store, number) => store.saveToken({ ...ANN, userName: `user-${number}`, accessToken: `a-${number}` })),
      );
      for (const store of several) expect(await store.findToken({ accessToken: "a-5" })).toMatchObject({ userName: "user-5" });
      const database = await openDB(nameOf(namespace));
      const [digest, seal] = (await database.getAll("keys")) as CryptoKey[];
      database.close();
      expect(digest).toMatchObject({ extractable: false, usages: ["sign"], algorithm: { name: "HMAC" } });
      expect(seal).toMatchObject({ extractable: false, algorithm: { name: "AES-GCM", length: 256 } });
    });

    it("leave alone the keys of the one that was first, also one that can't read them at once", async () => {
      const namespace = unique();
      const [first, second] = [open(namespace), open(namespace, { onDegraded: () => {} })];
      const { generateKey } = crypto.subtle;
      let goOn = (): void => {};
      const firstIsDone = new Promise<void>((resolve) => (goOn = resolve));
      const making = vi.spyOn(crypto.subtle, "generateKey").mockImplementation(async (...args: unknown[]) => {
        await firstIsDone;
        return Reflect.apply(generateKey, crypto.subtle, args) as Promise<CryptoKey>;
      });
      const late = second.saveToken({ ...ANN, userName: "ben" });
      await expect.poll(() => making.mock.calls.length).toBe(2);
      making.mockRestore();
      const saved = await first.saveToken(ANN);
      const get = Reflect.get(IDBObjectStore.prototype, "get");
      const reading = vi.spyOn(IDBObjectStore.prototype, "get").mockImplementation(function (this: IDBObjectStore, key) {
        return Reflect.apply(get, this, [this.name === "keys" ? "none" : key]) as IDBRequest<unknown>;
      });
      goOn();
      await late;
      expect(second.capabilities.persistent).toBe(false);
      reading.mockRestore();
      expect(await open(namespace).findToken({ userName: "ann", clientId: "c" })).toEqual(saved);
    });
  });

  describe("a damaged record", () => {
    const damages: [string, (record: Record<string, unknown>, other: Record<string, unknown>) => void][] = [
      ["without a body", (record) => delete record["body"]],
      ["with a body of text", (record) => void (record["body"] = "x")],
      ["with another's body", (record, other) => void (record["body"] = other["body"])],
      ["with an edited version", (record) => void (record["version"] = 7)],
      ["with a version that is text", (record) => void (record["version"] = "1")],
      ["with an index entry more", (record) => void (record["index"] = { ...(record["index"] as object), grant: "0".repeat(32) })],
      ["that names another key", (record) => void (record["keyId"] = other32)],
      ["with a bit changed in its seal", (record) => void ((record["body"] as { sealed: Uint8Array }).sealed[20]! ^= 1)],
    ];
    it.each(damages)("%s is reported, listed apart, and can be deleted", async (_name, damage) => {
      const namespace = unique();
      const store = open(namespace);
      const ann = await store.saveToken(ANN);
      const ben = await store.saveToken({ userName: "ben", clientId: "c", accessToken: "access-ben" });
      const database = await openDB(nameOf(namespace));
      const records = (await database.getAll("records")) as { index: { refresh?: string } }[];
      const record = records.find(({ index }) => index.refresh !== undefined)!;
      const other = records.find(({ index }) => index.refresh === undefined)!;
      damage(record, other);
      await database.put("records", record);
      database.close();

      await expectCode(store.findTokenById(ann.id), "ERR_RECORD_CORRUPT");
      await expectCode(store.findToken({ userName: "ann", clientId: "c" }), "ERR_RECORD_CORRUPT");
      await expectCode(store.findToken({ accessToken: "access-ann" }), "ERR_RECORD_CORRUPT");
      await expectCode(store.saveToken({ ...ANN, scope: "s" }), "ERR_RECORD_CORRUPT");
      await expectCode(store.getTokens(), "ERR_RECORD_CORRUPT");
      const reported: RecordCorruptError[] = [];
      expect(await all(store.tokens({ onCorrupt: (error) => reported.push(error) }))).toEqual([ben]);
      expect(reported).toHaveLength(1);
      await store.deleteToken(ann.id);
      expect(await store.getTokens()).toEqual([ben]);
    });
  });
}
