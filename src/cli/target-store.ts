import { existsSync, statSync } from "node:fs";
import { INDEX_NAMES, isIndexName } from "../backend.ts";
import type { IndexName } from "../backend.ts";
import { createMemoryTokenStore } from "../backends/memory.ts";
import { createUnstorageTokenStore } from "../backends/unstorage/index.ts";
import type { Secret } from "../backends/unstorage/index.ts";
import { maintained } from "../maintenance/maintained.ts";
import type { RetentionOptions } from "../options.ts";
import { REGISTER_KEY } from "../sealing/key-register.ts";
import type { EdgeTokenStore } from "../token-store.ts";
import { readAddress, showAddress } from "./addresses.ts";
import { CommandError, UsageError } from "./command.ts";
import type { ExitCode, Terminal } from "./command.ts";
import type { Parsed } from "./parse.ts";
import { readSecret } from "./secrets.ts";
import { openStorage, pathOf } from "./storages.ts";

/** The options with which a command is told where a store lies, and how it is sealed. */
export const TARGET_OPTIONS = {
  namespace: { type: "string" },
  "secret-file": { type: "string" },
  plain: { type: "boolean" },
  base: { type: "string" },
  "store-table": { type: "string" },
  "hash-tag": { type: "boolean" },
  lookups: { type: "string" },
} as const;

export const TARGET_USAGE = `A store is redis://host:6379, redis-cluster://host:6379 (one of its nodes), a folder, sqlite:file,
mysql://user@host:3306/database or, for Workers KV, cloudflare:<account id>/<namespace id> with an API token in
CLOUDFLARE_API_TOKEN. env:NAME reads the address from an environment variable, which is where one with a password belongs.
The secret that seals the store comes from TOKEN_SECRET or --secret-file, never from an argument.

  --namespace <name>    the store's namespace; default tokens
  --secret-file <file>  a file that holds the secret
  --plain               no secret: the tokens lie in plain text
  --base <prefix>       on Redis and Workers KV: the driver's base, where your application gives it one
  --store-table <name>  on SQLite and MySQL: the table, where your application names one; default unstorage
  --hash-tag            on Redis: your application gives its store hashTag: true
  --lookups <fields>    the look-ups that your application's store keeps an index for, as account,refresh; default all`;

export interface OpenStore {
  readonly store: EdgeTokenStore;
  /** The address, fit to be shown. */
  readonly name: string;
  close(): Promise<void>;
}

interface OpenOptions {
  /**
   * What to do where there is no such file or folder yet: make it, do as if there were an empty one, or say that it
   * is missing, since the address is likely mistyped.
   */
  readonly missing: "create" | "empty" | "refuse";
  /** Instead of the one in TOKEN_SECRET or --secret-file. */
  readonly secret?: Secret;
  readonly retention?: RetentionOptions | undefined;
}

/** Opens the store, and closes it whatever happens. */
export async function withStore(
  given: string | undefined,
  parsed: Parsed,
  terminal: Terminal,
  options: OpenOptions,
  use: (open: OpenStore) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (given === undefined) throw new UsageError("Say which store, as redis://…, a folder or sqlite:file.");
  const open = await openStore(given, parsed, terminal, options);
  try {
    return await use(open);
  } finally {
    await open.close();
  }
}

/** @throws {UsageError} where the address makes no sense @throws what the library refuses of its options */
export async function openStore(given: string, parsed: Parsed, terminal: Terminal, options: OpenOptions): Promise<OpenStore> {
  const address = readAddress(given, terminal);
  const secret = options.secret ?? storeSecret(parsed, terminal);
  const name = showAddress(address);
  const named = parsed.text("namespace");
  const namespace = named === undefined ? {} : { namespace: named };
  const path = pathOf(address);
  if (path === "") throw new UsageError("The address names no file.");
  if (path === address && existsSync(path) && !statSync(path).isDirectory()) throw new CommandError(`${name} is no folder.`);
  const openMissing = (): OpenStore => {
    if (options.missing === "refuse") throw new CommandError(`There is no store at ${name}.`);
    const store = createMemoryTokenStore(namespace);
    return { store, name, close: () => store.close() };
  };
  if (path !== undefined && options.missing !== "create" && !existsSync(path)) return openMissing();
  const hashTag = parsed.flag("hash-tag");
  const opened = await openStorage(address, { table: parsed.text("store-table"), base: parsed.text("base"), hashTag }, terminal);
  if (options.missing !== "create" && (await opened.hasTable?.()) === false) {
    await opened.close();
    return openMissing();
  }
  try {
    const retention = options.retention === undefined ? {} : { retention: options.retention };
    const store = createUnstorageTokenStore(opened.storage, { secret, hashTag, ...namespace, ...retention, ...lookupsOf(parsed) });
    if (options.missing === "refuse" && !(await hasBeenWritten(store))) {
      const where = named === undefined ? "" : ` in the namespace ${named}`;
      throw new CommandError(`There is no store at ${name}${where}, or it was emptied: nothing lies there.`);
    }
    return {
      store,
      name,
      async close() {
        await store.close();
        await opened.close();
      },
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Whether there is a store at all, be it one whose tokens were deleted one by one. */
async function hasBeenWritten(store: EdgeTokenStore): Promise<boolean> {
  const { backend } = maintained(store, "The command line").parts;
  if (await backend.read(REGISTER_KEY)) return true;
  for await (const page of backend.scan({ pageSize: 1 })) if (page.length > 0) return true;
  return false;
}

/** As the application's option of that name. @throws {UsageError} where one is no field */
function lookupsOf(parsed: Parsed): { lookups?: readonly IndexName[] } {
  const lookups = parsed.text("lookups")?.split(",");
  if (lookups === undefined) return {};
  if (lookups.every(isIndexName)) return { lookups };
  throw new UsageError(`--lookups takes some of ${INDEX_NAMES.join(",")}, with commas between them.`);
}

/** @throws {UsageError} where there is none, or one too many */
export function storeSecret(parsed: Parsed, terminal: Terminal): string | false {
  if (parsed.flag("plain")) {
    if (parsed.text("secret-file") !== undefined) throw new UsageError("--plain and --secret-file exclude each other.");
    return false;
  }
  const secret = readSecret(parsed, terminal, { variable: "TOKEN_SECRET", option: "secret-file" });
  if (secret !== undefined) return secret;
  throw new UsageError("There is no secret: set TOKEN_SECRET, name a --secret-file, or say --plain for tokens in plain text.");
}
