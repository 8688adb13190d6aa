import { expect, it } from "vitest";
import { isBusy } from "../../src/backends/unstorage/sql/busy.ts";
import { isSyncDatabase } from "../../src/backends/unstorage/sql/sqlite.ts";

it.each<[string, unknown, boolean]>([
  ["better-sqlite3", { code: "SQLITE_BUSY" }, true],
  ["better-sqlite3, of a snapshot", { code: "SQLITE_BUSY_SNAPSHOT" }, true],
  ["node:sqlite", { code: "ERR_SQLITE_ERROR", errcode: 5 }, true],
  ["node:sqlite, of a snapshot", { code: "ERR_SQLITE_ERROR", errcode: 517 }, true],
  ["bun:sqlite", { code: "SQLITE_ERROR", errno: 5 }, true],
  ["node:sqlite, of a constraint", { code: "ERR_SQLITE_ERROR", errcode: 19 }, false],
  ["the operating system, whose 5 is another", { code: "EIO", errno: 5 }, false],
  ["nobody", undefined, false],
])("a locked database is told from other failures: %s", (_name, error, expected) => {
  expect(isBusy(error)).toBe(expected);
});

it("only what answers at once is a database that answers at once", () => {
  const answers = (row: unknown): object => ({ exec: () => {}, prepare: () => ({ get: () => row, run: () => {} }) });
  expect(isSyncDatabase(answers({ one: 1n }))).toBe(true);
  expect(isSyncDatabase(answers(Promise.resolve({ one: 1 })))).toBe(false);
  expect(isSyncDatabase(answers(undefined))).toBe(false);
  expect(isSyncDatabase({ exec: () => {} })).toBe(false);
  expect(isSyncDatabase({ exec: () => {}, prepare: () => ({ all: () => {} }) })).toBe(false);
  expect(isSyncDatabase(undefined)).toBe(false);
  const closed = (): never => {
    throw new Error("closed");
  };
  // Which kind it is can't be told now.
  expect(() => isSyncDatabase({ exec: () => {}, prepare: closed })).toThrow("closed");
});
