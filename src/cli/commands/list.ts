import { pause } from "../../abortable.ts";
import { UsageError } from "../command.ts";
import type { Command } from "../command.ts";
import { parse } from "../parse.ts";
import { TURN } from "../progress.ts";
import { LIST_HEADER, tokenJson, tokenLine } from "../show-token.ts";
import { TARGET_OPTIONS, TARGET_USAGE, withStore } from "../target-store.ts";

const USAGE = `Usage: edge-token-store list <store>

Lists the tokens, in the storage's own order, a page in memory at a time. Tokens and client secrets are never shown. What can't
be read is named on stderr, and the list goes on. Exit codes: 0 all listed, 1 it failed, 2 wrong usage, 3 some could not be read,
130 interrupted.

  --limit <n>           end after so many
  --json                one JSON object a line, for other programs; tokens are replaced by their length

${TARGET_USAGE}`;

export const listCommand: Command = {
  summary: "list the tokens, without their secrets",
  usage: USAGE,
  async run(args, terminal) {
    const parsed = parse(args, { limit: { type: "string" }, json: { type: "boolean" }, ...TARGET_OPTIONS });
    const [given, ...more] = parsed.positionals;
    if (more.length > 0) throw new UsageError("Name one store.");
    const limit = parseLimit(parsed.text("limit"));
    const show = parsed.flag("json") ? tokenJson : tokenLine;
    return withStore(given, parsed, terminal, { missing: "refuse" }, async ({ store }) => {
      let listed = 0;
      let unreadable = 0;
      const onCorrupt = ({ recordKey }: { recordKey: string }): void => {
        unreadable++;
        terminal.err(
          `The record ${recordKey} is damaged: restore it from a backup, or remove it by sweep --unreadable and let the user log in again.`,
        );
      };
      for await (const token of store.tokens({ onCorrupt })) {
        if (listed === limit) break;
        if (listed % TURN === 0) await pause(0, terminal.signal);
        if (listed++ === 0 && !parsed.flag("json")) terminal.out(LIST_HEADER);
        terminal.out(show(token));
      }
      if (listed === 0 && !parsed.flag("json")) terminal.err("There are no tokens.");
      return unreadable > 0 ? 3 : 0;
    });
  },
};

function parseLimit(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError("--limit takes a number of tokens, 1 or more.");
  return Number(text);
}
