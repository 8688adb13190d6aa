import { UsageError } from "../command.ts";
import type { Command } from "../command.ts";
import { parse } from "../parse.ts";
import { tokenDetails, tokenJson } from "../show-token.ts";
import { TARGET_OPTIONS, TARGET_USAGE, withStore } from "../target-store.ts";

const USAGE = `Usage: edge-token-store show <store> <id>

Shows one token: its user, client, scope and times, and how long its secrets are, but not the secrets. The id is in the first
column of list; find finds it by other fields. Exit codes: 0 shown, 1 it failed, 2 wrong usage, 4 no such token.

  --json                as JSON

${TARGET_USAGE}`;

export const showCommand: Command = {
  summary: "show one token, without its secrets",
  usage: USAGE,
  async run(args, terminal) {
    const parsed = parse(args, { json: { type: "boolean" }, ...TARGET_OPTIONS });
    const [given, id, ...more] = parsed.positionals;
    if (!id || more.length > 0) throw new UsageError("Name a store and one id.");
    return withStore(given, parsed, terminal, { missing: "refuse" }, async ({ store }) => {
      const token = await store.findTokenById(id);
      if (!token) {
        terminal.err("There is no token with that id.");
        return 4;
      }
      terminal.out(parsed.flag("json") ? tokenJson(token) : tokenDetails(token));
      return 0;
    });
  },
};
