import { RecordCorruptError } from "../../errors.ts";
import type { EdgeTokenStore } from "../../token-store.ts";
import { OutputClosed, UsageError } from "../command.ts";
import type { Command } from "../command.ts";
import { parse } from "../parse.ts";
import { printable } from "../show-token.ts";
import { TARGET_OPTIONS, TARGET_USAGE, withStore } from "../target-store.ts";

const USAGE = `Usage: edge-token-store delete <store> <id> …
       edge-token-store delete <store> --user <name> [--client <id>]

Deletes tokens by their ids, damaged ones too, or all of a user. The user has to log in again; nothing is revoked at the
provider. Exit codes: 0 deleted, 1 it failed, 2 wrong usage, 4 some were not there, 130 interrupted.

  --user <name>         all tokens of a user
  --client <id>         with --user: only those of that client
  --dry-run             say what would be deleted, and delete nothing

${TARGET_USAGE}`;

export const deleteCommand: Command = {
  summary: "delete tokens by id, or all of a user",
  usage: USAGE,
  async run(args, terminal) {
    const text = { type: "string" } as const;
    const parsed = parse(args, { user: text, client: text, "dry-run": { type: "boolean" }, ...TARGET_OPTIONS });
    const [given, ...named] = parsed.positionals;
    const userName = parsed.text("user");
    const clientId = parsed.text("client");
    if ((userName === undefined) === (named.length === 0) || [userName, ...named].includes(""))
      throw new UsageError("Name a store, and ids or one --user.");
    if (clientId !== undefined && !userName) throw new UsageError("--client goes with --user.");
    const dryRun = parsed.flag("dry-run");
    return withStore(given, parsed, terminal, { missing: "refuse" }, async ({ store }) => {
      const ids = userName ? await idsOf(store, userName, clientId) : named;
      let missing = ids.length === 0 ? 1 : 0;
      for (const id of ids) {
        // Whoever has read enough of the lines still wants the rest deleted.
        if (!(terminal.signal.reason instanceof OutputClosed)) terminal.signal.throwIfAborted();
        const known = userName !== undefined || (await exists(store, id));
        if (known && !dryRun) await store.deleteToken(id);
        if (known) terminal.out(`${dryRun ? "would be deleted" : "deleted"}: ${printable(id)}`);
        else missing++;
        if (!known) terminal.err(`There is no token ${printable(id)}.`);
      }
      if (ids.length === 0) terminal.err("That user has no token here.");
      return missing > 0 ? 4 : 0;
    });
  },
};

async function idsOf(store: EdgeTokenStore, userName: string, clientId: string | undefined): Promise<string[]> {
  const tokens = await store.findTokens({ userName });
  // Not by the account: failing that, it finds the user's record without a client, which was not meant.
  return tokens.filter((token) => clientId === undefined || token.clientId === clientId).map(({ id }) => id);
}

/** A damaged record is there, too. */
async function exists(store: EdgeTokenStore, id: string): Promise<boolean> {
  try {
    return (await store.findTokenById(id)) !== null;
  } catch (error) {
    if (error instanceof RecordCorruptError) return true;
    throw error;
  }
}
