import type { EventEmitter } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import type { Storage } from "unstorage";
import { createMemoryTokenStore } from "../backends/memory.ts";
import { atomicFsDriver } from "../backends/unstorage/atomic-fs/index.ts";
import { createUnstorageTokenStore } from "../backends/unstorage/index.ts";
import type { TokenStore } from "../token-store.ts";
import { readAddress, showAddress } from "./addresses.ts";
import { CommandError, UsageError } from "./command.ts";
import type { Terminal } from "./command.ts";
import { loadPeer, loadSqlite } from "./load-peer.ts";
import type { Parsed } from "./parse.ts";

/** The options with which a command is told where a store lies, and how it is sealed. */
export const TARGET_OPTIONS = {
  namespace: { type: "string" },
  "secret-file": { type: "string" },
  plain: { type: "boolean" },
} as const;

export const TARGET_USAGE = `A store is redis://host:6379, a folder, or sqlite:file; env:NAME reads the address from an environment variable, which is
where one with a password belongs. The secret that seals it comes from TOKEN_SECRET or --secret-file.

  --namespace <name>    the store's namespace; default tokens
  --secret-file <file>  a file that holds the secret
  --plain               no secret: the tokens lie in plain text`;

export interface OpenStore {
  readonly store: TokenStore;
  /** The address, fit to be shown. */
  readonly name: string;
  close(): Promise<void>;
}

/**
 * @param options.readOnly leaves nothing behind, where there is no store yet
 * @throws {UsageError} where address or secret make no sense
 */
export async function openStore(given: string, parsed: Parsed, terminal: Terminal, options: { readOnly: boolean }): Promise<OpenStore> {
  const address = readAddress(given, terminal);
  const secret = parsed.flag("plain") ? false : readSecret(parsed, terminal);
  const namespace = parsed.text("namespace");
  const name = showAddress(address);
  const path = address.startsWith("sqlite:") ? address.slice("sqlite:".length) : address;
  const scheme = /^([a-z][a-z0-9+.-]+):/.exec(address)?.[1];
  if (path === "") throw new UsageError("The address names no file.");
  if (scheme !== "redis" && scheme !== "rediss" && options.readOnly && !existsSync(path)) {
    const store = createMemoryTokenStore(namespace === undefined ? {} : { namespace });
    return { store, name, close: () => store.close() };
  }
  const storage = await openStorage(scheme, address, path);
  const store = createUnstorageTokenStore(storage, namespace === undefined ? { secret } : { secret, namespace });
  return {
    store,
    name,
    async close() {
      await store.close();
      await storage.dispose();
    },
  };
}

async function openStorage(scheme: string | undefined, address: string, path: string): Promise<Storage> {
  const { createStorage } = await loadPeer(() => import("unstorage"), "unstorage");
  switch (scheme) {
    case undefined:
      return createStorage({ driver: atomicFsDriver({ base: path }) });
    case "redis":
    case "rediss": {
      const { default: redis } = await loadPeer(() => import("unstorage/drivers/redis"), "unstorage ioredis");
      // ioredis tries for ever by itself, and prints what no listener takes. The calls fail with it all the same.
      const driver = redis({ url: address, maxRetriesPerRequest: 2 });
      (driver.getInstance as unknown as () => EventEmitter)().on("error", () => {});
      return createStorage({ driver });
    }
    case "sqlite": {
      await loadSqlite();
      const { createDatabase } = await loadPeer(() => import("db0"), "unstorage db0");
      const { default: connector } = await loadPeer(() => import("db0/connectors/node-sqlite"), "unstorage db0");
      const { default: db0 } = await loadPeer(() => import("unstorage/drivers/db0"), "unstorage db0");
      return createStorage({ driver: db0({ database: createDatabase(connector({ path })) }) });
    }
    default:
      throw new UsageError(`A store is redis://…, a folder or sqlite:file, not ${scheme}:.`);
  }
}

function readSecret(parsed: Parsed, { environment }: Terminal): string {
  const file = parsed.text("secret-file");
  const secret = file === undefined ? environment["TOKEN_SECRET"] : readText(file).trim();
  if (secret) return secret;
  throw new UsageError("There is no secret: set TOKEN_SECRET, name a --secret-file, or say --plain to store tokens in plain text.");
}

/** @throws {CommandError} where the file can't be read */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new CommandError(`${path} can't be read: ${String((error as { code?: unknown }).code)}.`);
  }
}
