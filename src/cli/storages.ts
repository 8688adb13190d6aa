import type { EventEmitter } from "node:events";
import type { Connector } from "db0";
import type { Storage } from "unstorage";
import type { RedisOptions } from "unstorage/drivers/redis";
import { atomicFsDriver } from "../backends/unstorage/atomic-fs/index.ts";
import { whileBusy } from "../backends/unstorage/sql/busy.ts";
import { safeCause } from "../cause.ts";
import { UsageError } from "./command.ts";
import type { Terminal } from "./command.ts";
import { loadPeer, loadSqlite } from "./load-peer.ts";

const REDIS: readonly unknown[] = ["redis", "rediss", "redis-cluster"];
const SQL: readonly unknown[] = ["sqlite", "mysql", "mariadb"];

export interface OpenStorage {
  readonly storage: Storage;
  /** Of SQL, whether there is the table: the driver would make it. */
  hasTable?(): Promise<boolean>;
  close(): Promise<void>;
}

/** What the application gives its driver, where that is not the default. */
export interface StorageOptions {
  readonly table: string | undefined;
  readonly base: string | undefined;
  readonly hashTag: boolean;
}

const TABLES_OF_SQLITE = ["sqlite_master WHERE type IN ('table', 'view')", "name"] as const;
const TABLES_OF_MYSQL = ["information_schema.tables WHERE table_schema = DATABASE()", "table_name"] as const;

const REDIS_PORT = 6379;
/** ioredis tries for ever by itself. */
const FINITE = { maxRetriesPerRequest: 2 } as const;
const RETRY_MS = 200;

/** Where a store lies, by the beginning of its address. */
function schemeOf(address: string): string | undefined {
  return /^([a-z][a-z0-9+.-]+):/.exec(address)?.[1];
}

/** The file or folder of an address; undefined where it is on a server. */
export function pathOf(address: string): string | undefined {
  const scheme = schemeOf(address);
  if (scheme === undefined) return address;
  return scheme === "sqlite" ? address.slice("sqlite:".length) : undefined;
}

/** @throws {UsageError} where the address is none */
export async function openStorage(address: string, options: StorageOptions, terminal: Terminal): Promise<OpenStorage> {
  const { createStorage } = await loadPeer(() => import("unstorage"), "unstorage");
  const base = options.base === undefined ? {} : { base: options.base };
  const scheme = schemeOf(address);
  refuseElsewhere("--base", "Redis and Workers KV", options.base !== undefined && !REDIS.includes(scheme) && scheme !== "cloudflare");
  refuseElsewhere("--hash-tag", "Redis", options.hashTag && !REDIS.includes(scheme));
  refuseElsewhere("--store-table", "SQLite and MySQL", options.table !== undefined && !SQL.includes(scheme));
  if (/^(rediss?|mysql|mariadb):/.test(address) && !URL.canParse(address)) {
    throw new UsageError("This is no address. Percent-encode what is special in its user name and password: # as %23, / as %2F, @ as %40.");
  }
  switch (scheme) {
    case undefined: {
      const storage = createStorage({ driver: atomicFsDriver({ base: address }) });
      return { storage, close: () => storage.dispose() };
    }
    case "redis":
    case "rediss":
      return openRedis({ url: address, ...FINITE, ...base }, terminal);
    case "redis-cluster":
      return openRedis({ ...clusterOf(address), ...base }, terminal);
    case "sqlite": {
      await loadSqlite();
      const { default: connector } = await loadPeer(() => import("db0/connectors/node-sqlite"), "unstorage db0");
      return openSql(connector({ path: pathOf(address)! }), options);
    }
    case "mysql":
    case "mariadb": {
      const { createPool } = await loadPeer(() => import("mysql2/promise"), "unstorage db0 mysql2");
      const { default: connector } = await loadPeer(() => import("db0/connectors/mysql2"), "unstorage db0 mysql2");
      // A pool replaces a connection that was lost.
      const lib = { createConnection: createPool } as never;
      return openSql(connector({ uri: address.replace(/^mariadb:/, "mysql:"), lib }), options);
    }
    case "cloudflare": {
      const [, accountId, namespaceId] = /^cloudflare:([^/]+)\/([^/]+)$/.exec(address) ?? [];
      if (!accountId || !namespaceId) throw new UsageError("Workers KV is cloudflare:<account id>/<namespace id>.");
      const apiToken = terminal.environment["CLOUDFLARE_API_TOKEN"];
      if (!apiToken) throw new UsageError("Workers KV needs an API token that may edit it, in CLOUDFLARE_API_TOKEN.");
      const { default: kv } = await loadPeer(() => import("unstorage/drivers/cloudflare-kv-http"), "unstorage");
      const apiURL = terminal.environment["CLOUDFLARE_API_URL"];
      const storage = createStorage({ driver: kv({ accountId, namespaceId, apiToken, ...base, ...(apiURL ? { apiURL } : {}) }) });
      return { storage, close: () => storage.dispose() };
    }
    default:
      throw new UsageError(`A store is redis://…, a folder, sqlite:file, mysql://… or cloudflare:account/namespace, not ${scheme}:.`);
  }
}

async function openRedis(options: RedisOptions, terminal: Terminal): Promise<OpenStorage> {
  const { createStorage } = await loadPeer(() => import("unstorage"), "unstorage");
  const { default: redis } = await loadPeer(() => import("unstorage/drivers/redis"), "unstorage ioredis");
  const driver = redis(options);
  // The calls fail too, but of a connection that never came about they only tell that they have given up.
  const told = new Set<string>();
  (driver.getInstance as unknown as () => EventEmitter)().on("error", (error: unknown) => {
    const { message } = safeCause(error);
    if (!told.has(message)) terminal.err(`Redis: ${message}`);
    told.add(message);
  });
  const storage = createStorage({ driver });
  return { storage, close: () => storage.dispose() };
}

/** What would be passed over in silence was meant for another store. */
function refuseElsewhere(option: string, where: string, elsewhere: boolean): void {
  if (elsewhere) throw new UsageError(`${option} is for ${where}.`);
}

/** The one node that is named tells of the others. @throws {UsageError} */
function clusterOf(address: string): Pick<RedisOptions, "cluster" | "clusterOptions"> {
  if (!/^redis-cluster:\/\/[^/]+\/?$/.test(address) || !URL.canParse(address)) {
    throw new UsageError("A Redis Cluster is redis-cluster://host:port of one of its nodes.");
  }
  const { hostname, port, username, password } = new URL(address);
  return {
    // A URL has an IPv6 address in brackets, and a socket without.
    cluster: [{ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || REDIS_PORT) }],
    clusterOptions: {
      redisOptions: {
        ...FINITE,
        ...(username ? { username: decodeURIComponent(username) } : {}),
        ...(password ? { password: decodeURIComponent(password) } : {}),
      },
      clusterRetryStrategy: (times) => (times > FINITE.maxRetriesPerRequest ? null : RETRY_MS),
    },
  };
}

async function openSql(connector: Connector, { table }: StorageOptions): Promise<OpenStorage> {
  if (table !== undefined && !/^\w{1,64}$/.test(table)) throw new UsageError("A table's name is letters, digits and underscores.");
  const { createDatabase } = await loadPeer(() => import("db0"), "unstorage db0");
  const { default: db0 } = await loadPeer(() => import("unstorage/drivers/db0"), "unstorage db0");
  const { createStorage } = await loadPeer(() => import("unstorage"), "unstorage");
  const database = createDatabase(connector);
  const storage = createStorage({ driver: db0({ database, ...(table === undefined ? {} : { tableName: table }) }) });
  return {
    storage,
    async hasTable() {
      const [tables, column] = connector.dialect === "mysql" ? TABLES_OF_MYSQL : TABLES_OF_SQLITE;
      const statement = database.prepare(`SELECT COUNT(*) AS count FROM ${tables} AND LOWER(${column}) = ?`);
      const found = whileBusy(() => statement.get((table ?? "unstorage").toLowerCase()));
      // What is wrong with the database its store will tell.
      return found.then((row) => Number((row as { count?: unknown }).count) > 0).catch(() => true);
    },
    async close() {
      await storage.dispose();
      // The driver leaves its database open, and a connection would keep the process running.
      await database.dispose();
    },
  };
}
