import type { EventEmitter } from "node:events";
import type { Connector } from "db0";
import type { Storage } from "unstorage";
import { atomicFsDriver } from "../backends/unstorage/atomic-fs/index.ts";
import { UsageError } from "./command.ts";
import type { Terminal } from "./command.ts";
import { loadPeer, loadSqlite } from "./load-peer.ts";

export interface OpenStorage {
  readonly storage: Storage;
  close(): Promise<void>;
}

/** What the application gives its driver, where that is not the default. */
export interface StorageOptions {
  readonly table: string | undefined;
  readonly base: string | undefined;
}

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
  if (options.base !== undefined && !["redis", "rediss", "cloudflare"].includes(scheme ?? "")) {
    throw new UsageError("--base is for Redis and Workers KV.");
  }
  if (options.table !== undefined && !["sqlite", "mysql", "mariadb"].includes(scheme ?? "")) {
    throw new UsageError("--store-table is for SQLite and MySQL.");
  }
  switch (scheme) {
    case undefined: {
      const storage = createStorage({ driver: atomicFsDriver({ base: address }) });
      return { storage, close: () => storage.dispose() };
    }
    case "redis":
    case "rediss": {
      const { default: redis } = await loadPeer(() => import("unstorage/drivers/redis"), "unstorage ioredis");
      // ioredis tries for ever by itself, and prints what no listener takes. The calls fail with it all the same.
      const driver = redis({ url: address, maxRetriesPerRequest: 2, ...base });
      (driver.getInstance as unknown as () => EventEmitter)().on("error", () => {});
      const storage = createStorage({ driver });
      return { storage, close: () => storage.dispose() };
    }
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

async function openSql(connector: Connector, { table }: StorageOptions): Promise<OpenStorage> {
  if (table !== undefined && !/^\w{1,64}$/.test(table)) throw new UsageError("A table's name is letters, digits and underscores.");
  const { createDatabase } = await loadPeer(() => import("db0"), "unstorage db0");
  const { default: db0 } = await loadPeer(() => import("unstorage/drivers/db0"), "unstorage db0");
  const { createStorage } = await loadPeer(() => import("unstorage"), "unstorage");
  const database = createDatabase(connector);
  const storage = createStorage({ driver: db0({ database, ...(table === undefined ? {} : { tableName: table }) }) });
  return {
    storage,
    async close() {
      await storage.dispose();
      // The driver leaves its database open, and a connection would keep the process running.
      await database.dispose();
    },
  };
}
