import type * as Sqlite from "node:sqlite";
import { CommandError } from "./command.ts";

/** Loads what is no dependency of this package, or says how to install it. */
export async function loadPeer<Module>(load: () => Promise<Module>, packages: string): Promise<Module> {
  return load().catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new CommandError(`This needs packages that are not installed here: npm install ${packages}`);
  });
}

/** Node's own SQLite, since Node.js 22.5. */
export async function loadSqlite(): Promise<typeof Sqlite> {
  return import("node:sqlite").catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== "ERR_UNKNOWN_BUILTIN_MODULE") throw error;
    throw new CommandError("SQLite needs Node.js 22.5 or later.");
  });
}
