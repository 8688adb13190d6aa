import { Redis } from "ioredis";
import type { RedisServer } from "../../test/support/redis.ts";

/** How many commands each task sends to Redis, by Redis's own count. */
export async function countCommands(server: RedisServer, tasks: Record<string, () => Promise<unknown>>): Promise<Record<string, number>> {
  const client = new Redis(server.url);
  const processed = async (): Promise<number> => Number(/total_commands_processed:(\d+)/.exec(await client.info("stats"))![1]);
  const counts: Record<string, number> = {};
  for (const [name, task] of Object.entries(tasks)) {
    await task();
    const before = await processed();
    await task();
    // The second INFO is not counted in what it tells, the first one is.
    counts[`commands: ${name}`] = (await processed()) - before - 1;
  }
  client.disconnect();
  return counts;
}
