import { operationsText } from "./lib/report.ts";
import { priceOf, PRICES } from "./lib/prices.ts";
import type { Priced } from "./lib/prices.ts";
import { readResult } from "./lib/results.ts";
import type { OperationTable, SuiteResults } from "./lib/results.ts";
import { busiestObject } from "./lib/spread.ts";
import { plotScale } from "./lib/scale-plot.ts";
import type { Line } from "./lib/scale-plot.ts";
import { table } from "./lib/tables.ts";

const COUNTED = { kv: "operations-kv", "durable-object": "operations-durable-object-1", redis: "operations-redis" } as const;

/** What the examples count on; the text says it too. */
const LOOKUPS_PER_DAY = 50;
const REFRESHES_PER_DAY = 8;
const SAVES_PER_MONTH = 1;
const PEAK = 4;
const USERS = [1e4, 1e6, 1e8];
/** Of the soft limit of 1000 requests a second to one object (https://developers.cloudflare.com/durable-objects/reference/faq/). */
const OBJECT_REQUESTS_PER_SECOND = 500;
/** How busy one Redis should be at the peak. */
const BUSY = 0.5;

const operationsOf = (file: string): OperationTable => readResult<OperationTable>(file) ?? {};

/** The generated parts of docs/scale.md. */
export function scaleParts(): Readonly<Record<string, string>> {
  return { prices: pricesTable(), shards: shardsTable(), lean: leanTable(), users: usersTable(), redis: redisTable() };
}

export function scalePlot(): string {
  const monthly = (["kv", "durable-object", "redis"] as const).map((engine) => ({
    name: { kv: "Workers KV", "durable-object": "Durable Objects", redis: "Redis (Upstash)" }[engine],
    points: [1e3, 1e4, 1e5, 1e6, 1e7, 1e8].map((users) => [users, monthlyPrice(engine, users)] as const),
  }));
  const shards = [1, 2, 4, 8, 16, 32, 64, 128, 256];
  const byAccount = (skew: 0 | 1): Line["points"] =>
    shards.map((shard) => [shard, OBJECT_REQUESTS_PER_SECOND / busiestObject(shard, skew)]);
  const reach: Line[] = [
    { name: "account, users alike", points: byAccount(0) },
    { name: "account, few ask most", points: byAccount(1) },
    { name: "token or user", points: shards.map((shard) => [shard, OBJECT_REQUESTS_PER_SECOND]) },
  ];
  return plotScale(monthly, reach);
}

function pricesTable(): string {
  const [kv, object, redis] = [operationsOf(COUNTED.kv), operationsOf(COUNTED["durable-object"]), operationsOf(COUNTED.redis)];
  return table(
    ["a million times", "Workers KV", "$", "one Durable Object", "$", "Redis", "$"],
    Object.keys(kv).map((call) => [
      call,
      kvText(kv[call]!),
      dollars(priceOf("kv", kv[call]!)),
      rowsText(object[call]!),
      dollars(priceOf("durable-object", object[call]!)),
      operationsText(redis[call]!),
      dollars(priceOf("redis", redis[call]!)),
    ]),
  );
}

/** Requests, and how many keys they read where it is not one each. */
function kvText({ "key read": keys, ...requests }: OperationTable[string]): string {
  const text = operationsText(requests);
  return keys === requests["get"] ? text : text.replace("get", `get (${keys} keys)`);
}

/** Requests first, then what is billed beside them, where it is anything. */
function rowsText({ request = 0, "row read": read = 0, "row written": written = 0 }: OperationTable[string]): string {
  return `${request} req, ${read} read${written > 0 ? `, ${written} written` : ""}`;
}

function shardsTable(): string {
  const [one, four] = [operationsOf("operations-durable-object-1"), operationsOf("operations-durable-object-4")];
  return table(
    ["requests", "one object", "four objects"],
    Object.keys(one).map((call) => [call, String(one[call]!["request"]), String(four[call]!["request"])]),
  );
}

function leanTable(): string {
  const [all, lean] = [operationsOf("operations-kv"), operationsOf("operations-kv-lean")];
  const calls = ["save of a new token", "save of a refresh", "getAccessToken, refreshed", "delete"];
  return table(
    ["a million times", "all five look-ups", "$", 'lookups: ["account", "refresh"]', "$"],
    calls.map((call) => [
      call,
      kvText(all[call]!),
      dollars(priceOf("kv", all[call]!)),
      kvText(lean[call]!),
      dollars(priceOf("kv", lean[call]!)),
    ]),
  );
}

function monthlyPrice(engine: Priced, users: number): number {
  const operations = operationsOf(COUNTED[engine]);
  const price = (call: string): number => priceOf(engine, operations[call]!) / 1_000_000;
  const daily = LOOKUPS_PER_DAY * price("getAccessToken, fresh") + REFRESHES_PER_DAY * price("getAccessToken, refreshed");
  const stored = ((storedBytes() * users) / 1e9) * PRICES[engine]["storedGB"]!;
  return users * (30 * daily + SAVES_PER_MONTH * price("save of a new token")) + stored;
}

function usersTable(): string {
  const redis = readResult<SuiteResults>("redis")?.counts ?? {};
  const cpu = (call: string): number => redis[`µs of the server's CPU: ${call}`] ?? Number.NaN;
  const memory = redis["bytes occupied per token"] ?? Number.NaN;
  const objects = operationsOf(COUNTED["durable-object"]);
  const perSecond = (users: number, daily: number): number => (users * daily * PEAK) / 86_400;
  const rows: [string, (users: number) => string][] = [
    ["look-ups a second at the peak", (users) => count(perSecond(users, LOOKUPS_PER_DAY))],
    ["refreshes a second at the peak", (users) => count(perSecond(users, REFRESHES_PER_DAY))],
    ["keys and values", (users) => bytes(storedBytes() * users)],
    ["Redis: memory", (users) => bytes(memory * users)],
    [
      `Redis: servers that are ${BUSY * 100} % busy`,
      (users) => {
        const busy =
          perSecond(users, LOOKUPS_PER_DAY) * cpu("find by account") + perSecond(users, REFRESHES_PER_DAY) * cpu("save of a refresh");
        return count(Math.ceil(busy / 1e6 / BUSY));
      },
    ],
    [
      "Durable Objects, by requests",
      (users) => {
        // The lock of each token is an object of its own.
        const requests =
          perSecond(users, LOOKUPS_PER_DAY) * objects["find by account"]!["request"]! +
          perSecond(users, REFRESHES_PER_DAY) * objects["save of a refresh"]!["request"]!;
        return count(Math.ceil(requests / OBJECT_REQUESTS_PER_SECOND));
      },
    ],
    ["Workers KV, $ a month", (users) => dollars(monthlyPrice("kv", users))],
    ["Durable Objects, $ a month", (users) => dollars(monthlyPrice("durable-object", users))],
    ["Redis by the command, $ a month", (users) => dollars(monthlyPrice("redis", users))],
  ];
  return table(
    ["", ...USERS.map((users) => `${users.toLocaleString("en")} users`)],
    rows.map(([name, cell]) => [name, ...USERS.map(cell)]),
  );
}

/** What one core of a Redis server can do, whose commands run one after the other. */
function redisTable(): string {
  const counts = Object.entries(readResult<SuiteResults>("redis")?.counts ?? {});
  const prefix = "µs of the server's CPU: ";
  return table(
    ["one Redis", "µs of its CPU", "a second, all of a core"],
    counts.flatMap(([what, value]) =>
      what.startsWith(prefix) ? [[what.slice(prefix.length), String(value), count(Number((1_000_000 / value).toPrecision(2)))]] : [],
    ),
  );
}

function storedBytes(): number {
  return readResult<SuiteResults>("redis")?.counts?.["bytes of keys and values per token"] ?? Number.NaN;
}

function dollars(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value < 0.005 ? "0.00" : value.toFixed(2);
}

function count(value: number): string {
  return value < 10 ? String(Number(value.toPrecision(2))) : Math.round(value).toLocaleString("en");
}

function bytes(value: number): string {
  const [unit, size] = value >= 1e12 ? (["TB", 1e12] as const) : value >= 1e9 ? (["GB", 1e9] as const) : (["MB", 1e6] as const);
  return `${Number((value / size).toPrecision(3))} ${unit}`;
}
