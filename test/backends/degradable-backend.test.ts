import { expect, it, vi } from "vitest";
import type { StoredRecord } from "../../src/backend.ts";
import type { IndexedDBBackend } from "../../src/backends/indexeddb/backend.ts";
import { DegradableBackend } from "../../src/backends/indexeddb/degradable-backend.ts";

it("hands on every argument of the port, also those that a backend may do without", async () => {
  const [read, lookup, commit] = [vi.fn(async () => undefined), vi.fn(async () => []), vi.fn(async () => true)];
  const backend = new DegradableBackend({ read, lookup, commit } as unknown as IndexedDBBackend, () => {});
  const record: StoredRecord = { key: "r", version: 1, keyId: "k", index: {}, body: "body" };
  const known = (): StoredRecord => record;
  await backend.read("r", record);
  await backend.lookup("user", "digest", known);
  await backend.commit(record, undefined);
  expect([read, lookup, commit].map(({ mock }) => mock.calls)).toEqual([
    [["r", record]],
    [["user", "digest", known]],
    [[record, undefined]],
  ]);
});
