import { rotateSecret } from "../../maintenance/index.ts";
import { UsageError } from "../command.ts";
import type { Command } from "../command.ts";
import { parse } from "../parse.ts";
import { progressCount } from "../progress.ts";
import { requireSecret } from "../secrets.ts";
import { storeSecret, TARGET_OPTIONS, TARGET_USAGE, withStore } from "../target-store.ts";

const USAGE = `Usage: edge-token-store rotate <store>

Seals every record anew under the next secret. Three steps, in this order:
  1. Give every process of your application both: secret: [next, current].
  2. Run this, with the current secret in TOKEN_SECRET and the next in NEXT_TOKEN_SECRET. It can run beside live traffic, be
     stopped at any moment, and be run again.
  3. When it ends with exit code 0, give every process the next secret alone.
With --plain in place of the current secret, it seals what was stored in plain text. Exit codes: 0 all moved, 1 it failed, 2 wrong
usage, 3 some records could not be opened, so keep both secrets, 130 interrupted.

  --next-secret-file <file>  a file that holds the next secret
  --dry-run             count what would be moved, and move nothing
  --json                the figures as JSON

${TARGET_USAGE}`;

export const rotateCommand: Command = {
  summary: "move every record to the next secret",
  usage: USAGE,
  async run(args, terminal) {
    const flag = { type: "boolean" } as const;
    const parsed = parse(args, { "next-secret-file": { type: "string" }, "dry-run": flag, json: flag, ...TARGET_OPTIONS });
    const [given, ...more] = parsed.positionals;
    if (more.length > 0) throw new UsageError("Name one store.");
    const next = requireSecret(parsed, terminal, { variable: "NEXT_TOKEN_SECRET", option: "next-secret-file" }, "next secret");
    const current = storeSecret(parsed, terminal);
    if (next === current) throw new UsageError("The next secret is the current one.");
    const dryRun = parsed.flag("dry-run");
    return withStore(given, parsed, terminal, { missing: "refuse", secret: [next, current] }, async ({ store, name }) => {
      const count = progressCount("records looked at", terminal);
      const report = await rotateSecret(store, {
        dryRun,
        onProgress: ({ seen }) => count.update(seen),
        signal: terminal.signal,
      }).finally(count.end);
      const { seen, moved, removed, unreadable } = report;
      if (parsed.flag("json")) terminal.out(JSON.stringify(report));
      else {
        const would = dryRun ? "would be " : "";
        terminal.out(`${seen} records of ${name}: ${moved} ${would}moved, ${removed} left by an earlier rotation ${would}removed.`);
        if (unreadable > 0) terminal.err(`${unreadable} could not be opened: keep the current secret too, and see what check says.`);
        else if (!dryRun) terminal.out("The next secret alone opens everything now.");
      }
      return unreadable > 0 ? 3 : 0;
    });
  },
};
