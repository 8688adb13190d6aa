import { describe, expect, it } from "vitest";
import type { RedisClient } from "../../src/backends/unstorage/redis/client.ts";
import { ReadBatches } from "../../src/backends/unstorage/redis/read-batches.ts";

/** A client that notes its commands and answers with the key. */
function notingClient(over: Partial<RedisClient> = {}): { client: RedisClient; sent: string[] } {
  const sent: string[] = [];
  const client: Partial<RedisClient> = {
    get: async (key) => {
      sent.push(`get ${key}`);
      return key;
    },
    mget: async (...keys) => {
      sent.push(`mget ${keys.length}`);
      return keys;
    },
    ...over,
  };
  return { client: client as RedisClient, sent };
}

describe("reads of one turn", () => {
  it("are the first at once, as a plain GET, and the others together, a hundred at most", async () => {
    const { client, sent } = notingClient();
    const reads = new ReadBatches(client);
    const keys = Array.from({ length: 202 }, (_, number) => `${number}`);
    const answers = keys.map((key) => reads.get(key));
    expect(sent).toEqual(["get 0"]);
    expect(await Promise.all(answers)).toEqual(keys);
    expect(sent).toEqual(["get 0", "mget 100", "mget 100", "get 201"]);
  });

  it("begin anew with each turn", async () => {
    const { client, sent } = notingClient();
    const reads = new ReadBatches(client);
    for (const key of ["a", "b"]) {
      const answer = reads.get(key);
      expect(sent.at(-1)).toBe(`get ${key}`);
      await answer;
    }
  });

  it.each([1, 2])("fail as their command does, also where the client throws at once: %i of them", async (count) => {
    const refuse = (): never => {
      throw new Error("refused");
    };
    const reads = new ReadBatches(notingClient({ get: refuse, mget: refuse }).client);
    const results = await Promise.allSettled(Array.from({ length: count }, (_, number) => reads.get(`${number}`)));
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: count }, () => "rejected"));
  });
});
