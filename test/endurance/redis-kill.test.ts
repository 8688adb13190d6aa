import type { Redis } from "ioredis";
import { createStorage } from "unstorage";
import type { Storage } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { expect, it, onTestFinished } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { checkPointers, dumpRedis } from "../support/redis-dump.ts";
import { RedisWriter, WRITER_SECRET } from "../support/redis-writers.ts";
import { RedisServer } from "../support/redis.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const LANES = 4;
const KILLS_PER_LANE = 52;
const LATEST_KILL_MS = 40;
const SERVER_KILLS = 20;
const ACCOUNTS = 3;

let server: RedisServer;
let storage: Storage;
let client: Redis;

async function start(appendfsync: "everysec" | "always"): Promise<void> {
  server = await RedisServer.start("--appendonly", "yes", "--appendfsync", appendfsync);
  const driver = redisDriver({ url: server.url, retryStrategy: () => 50 });
  client = (driver.getInstance as () => Redis)();
  client.on("error", () => {});
  storage = createStorage({ driver });
  onTestFinished(async () => {
    await storage.dispose();
    await server.dispose();
  });
}

interface Counts {
  kills: number;
  acknowledged: number;
  lost: number;
  ahead: number;
  unreachable: number;
  corrupt: number;
  dangling: number;
  missing: number;
}

/** What the killed process had sent, Redis still carries out, and only then sees that nobody is there any more. */
async function isDisconnected(name: string): Promise<void> {
  while (String(await client.client("LIST")).includes(` name=${name} `)) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Compares what lies in a namespace with the numbers that were acknowledged, all below `next`. */
async function check(namespace: string, latest: ReadonlyMap<number, number>, next: number, counts: Counts): Promise<void> {
  const store = createUnstorageTokenStore(storage, { secret: WRITER_SECRET, namespace });
  for (const [account, expected] of latest) {
    const token = await store.findToken({ userName: `user-${account}`, clientId: "c" }).catch(() => void counts.corrupt++);
    const number = Number(token?.accessToken?.split("-").at(-1));
    if (!(number >= expected)) counts.lost++;
    // The save under way when it was killed may have come through, and no other.
    if (number >= next) counts.ahead++;
    for (const query of [{ accessToken: token?.accessToken }, { refreshToken: token?.refreshToken }]) {
      if ((await store.findToken(query))?.id !== token?.id) counts.unreachable++;
    }
  }
  const tokens = await store.getTokens().catch(() => void counts.corrupt++);
  if (tokens && tokens.length > ACCOUNTS) counts.corrupt++;
  const { dangling, missing } = checkPointers(await dumpRedis(client, `${namespace}:*`));
  counts.dangling += dangling.length;
  counts.missing += missing.length;
}

async function killAgainAndAgain(namespace: string, rounds: number, cache: string, counts: Counts, kill: Kill): Promise<void> {
  const latest = new Map<number, number>();
  let next = 0;
  for (let round = 0; round < rounds; round++) {
    const writer = new RedisWriter({ url: server.url, namespace, name: "w", first: next, count: Infinity, accounts: ACCOUNTS, cache });
    await kill(writer);
    await isDisconnected(namespace);
    const { acknowledged } = writer;
    counts.kills++;
    counts.acknowledged += acknowledged.length;
    for (const number of acknowledged) latest.set(number % ACCOUNTS, number);
    next = (acknowledged.at(-1) ?? next) + 2;
    await check(namespace, latest, next, counts);
  }
}

type Kill = (writer: RedisWriter) => Promise<void>;

const none = (): Counts => ({ kills: 0, acknowledged: 0, lost: 0, ahead: 0, unreachable: 0, corrupt: 0, dangling: 0, missing: 0 });

function tell(what: string, { kills, acknowledged, lost, ahead, unreachable, corrupt, dangling, missing }: Counts): void {
  console.log(
    `Redis: ${kills} kills of ${what}, ${acknowledged} acknowledged saves, ${lost} lost, ${ahead} ahead, ${unreachable} not found by a token, ${corrupt} corrupt, ` +
      `${dangling} dangling pointers, ${missing} missing`,
  );
}

it("keeps every acknowledged save, and its pointers exact, through a kill of the saving process at any moment", async () => {
  await start("everysec");
  const counts = none();
  const cache = await temporaryDirectory();
  const kill: Kill = (writer) => writer.kill(Math.random() * LATEST_KILL_MS);
  const lanes = Array.from({ length: LANES }, (_, lane) => `lane-${lane}`);
  await Promise.all(lanes.map((namespace) => killAgainAndAgain(namespace, KILLS_PER_LANE, cache, counts, kill)));
  tell("the saving process", counts);
  expect(counts).toMatchObject({ kills: LANES * KILLS_PER_LANE, lost: 0, ahead: 0, unreachable: 0, corrupt: 0, dangling: 0, missing: 0 });
  expect(counts.acknowledged).toBeGreaterThan(counts.kills);
});

it("keeps every acknowledged save, and its pointers exact, through a kill of the server at any moment", async () => {
  // With "everysec" Redis itself may acknowledge what it has not written yet, for two seconds.
  await start("always");
  const counts = none();
  const cache = await temporaryDirectory();
  const kill: Kill = async (writer) => {
    const killed = writer.kill(Math.random() * LATEST_KILL_MS + LATEST_KILL_MS);
    await writer.started();
    await new Promise((resolve) => setTimeout(resolve, Math.random() * LATEST_KILL_MS));
    await server.stop("SIGKILL");
    await killed;
    await server.start();
  };
  await killAgainAndAgain("server", SERVER_KILLS, cache, counts, kill);
  tell("the server", counts);
  expect(counts).toMatchObject({ kills: SERVER_KILLS, lost: 0, ahead: 0, unreachable: 0, corrupt: 0, dangling: 0, missing: 0 });
  expect(counts.acknowledged).toBeGreaterThan(counts.kills);
});
