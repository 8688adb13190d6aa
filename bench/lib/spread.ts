import { shardOf } from "../../src/backends/durable-object/shards.ts";
import { seededRandom } from "../../src/testing/seeded-random.ts";

const USERS = 20_000;

/**
 * What part of all look-ups by account the busiest of the objects gets. Evenly spread it would be 1/shard.
 *
 * @param skew 0: all users ask as often. 1: the user in place n asks 1/n as often as the first, as in Zipf's law
 */
export function busiestObject(shard: number, skew: 0 | 1): number {
  const random = seededRandom(1);
  const load = Array<number>(shard).fill(0);
  let total = 0;
  for (let place = 1; place <= USERS; place++) {
    // Digests are evenly spread: 128 bits, of which the first 32 decide.
    const digest = Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0")
      .padEnd(32, "0");
    const asked = place ** -skew;
    load[shardOf(digest, shard)]! += asked;
    total += asked;
  }
  return Math.max(...load) / total;
}
