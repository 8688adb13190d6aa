import { createDurableObjectTokenStore } from "../../src/backends/durable-object/index.ts";
import { OwnObjects } from "../support/durable-objects.ts";
import { bytesOf } from "./fixture.ts";
import type { Fixture } from "./fixture.ts";
import { SECRET } from "./unstorage-fixture.ts";

/** Stores over the objects of one binding; somebody else's rows lie in a table beside ours. */
export function durableObjectFixture(shard: number): Fixture {
  const objects = new OwnObjects();
  const first = "store:tokens:0";
  return {
    open: (options = {}) => createDurableObjectTokenStore(objects, { secret: SECRET, shard, ...options }),
    stranger: {
      write: async () => void (await objects.query(first, "CREATE TABLE notes AS SELECT 'mine' AS text")),
      read: () => objects.query(first, "SELECT text FROM notes"),
    },
    async dump() {
      const rows = (await Promise.all(Array.from(objects.names, (name) => objects.rows(name)))).flat();
      return bytesOf([...[...objects.names].map((name) => [name, ""] as const), ...rows.flatMap((row) => Object.entries(row))]);
    },
    async dispose() {},
  };
}
