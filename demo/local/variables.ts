import { readFile } from "node:fs/promises";
import { parseEnv } from "node:util";
import { WORKER_CLIENT } from "../stand-in/client.ts";

const FILE = new URL("../.dev.vars", import.meta.url);

/** The settings of demo/.dev.vars; where that names no client, those of the stand-in. */
export async function readVariables(standIn: string, devVars: boolean): Promise<Record<string, string>> {
  const given = devVars ? parseEnv(await readFile(FILE, "utf8").catch(() => "")) : {};
  if (given["ZOHO_CLIENT_ID"]) return Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => !!entry[1]));
  return { ZOHO_ACCOUNTS_SERVER: standIn, ZOHO_CLIENT_ID: WORKER_CLIENT.id, ZOHO_CLIENT_SECRET: WORKER_CLIENT.secret };
}
