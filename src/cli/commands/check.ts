import { checkTokens } from "../../maintenance/index.ts";
import type { CheckReport } from "../../maintenance/index.ts";
import { UsageError } from "../command.ts";
import type { Command } from "../command.ts";
import { parse } from "../parse.ts";
import { progressCount } from "../progress.ts";
import { TARGET_OPTIONS, TARGET_USAGE, withStore } from "../target-store.ts";

const USAGE = `Usage: edge-token-store check <store> [--repair]

Compares every token with the entries by which it is found, and says what crashes, races or edits by hand have left. It only
reads, unless --repair is given; that mends what can be mended and never removes a token. Both are safe beside live traffic, which can look
like a fault for a moment, and can be stopped and run again. Exit codes: 0 all is well, or was mended, 1 it failed, 2 wrong
usage, 3 faults are left, 130 interrupted.

  --repair              mend what is found
  --dry-run             only report, also where --repair is given
  --json                the figures as JSON

${TARGET_USAGE}`;

/** In the order of their weight. */
const FAULTS = {
  unreadable: "records that can't be opened: restore them from a backup, or remove them by sweep --unreadable",
  missing: "index entries missing: those tokens are not found by that field",
  damaged: "index entries, or the key register, that can't be read",
  wrong: "index entries with another value than their record",
  dangling: "index entries that lead nowhere",
  stale: "index entries that are out of date; they mislead nobody",
  duplicates: "records of an account beside the one that is found; those that --repair leaves hold values of their own",
  leftovers: "records that a rotation has left under the previous secret",
  orphans: "files of writes that were cut short",
} as const satisfies Partial<Record<keyof CheckReport, string>>;

export const checkCommand: Command = {
  summary: "look for faults, and mend them with --repair",
  usage: USAGE,
  async run(args, terminal) {
    const flag = { type: "boolean" } as const;
    const parsed = parse(args, { repair: flag, "dry-run": flag, json: flag, ...TARGET_OPTIONS });
    const [given, ...more] = parsed.positionals;
    if (more.length > 0) throw new UsageError("Name one store.");
    const repair = parsed.flag("repair") && !parsed.flag("dry-run");
    return withStore(given, parsed, terminal, { missing: "refuse" }, async ({ store, name }) => {
      const count = progressCount("records and index entries checked", terminal);
      const onProgress = ({ records, pointers }: CheckReport): void => count.update(records + pointers);
      const report = await checkTokens(store, { repair, onProgress, signal: terminal.signal }).finally(count.end);
      const faults = (Object.keys(FAULTS) as (keyof typeof FAULTS)[]).filter((fault) => report[fault] > 0);
      const left = faults.reduce((sum, fault) => sum + report[fault], 0) - report.repaired;
      if (parsed.flag("json")) terminal.out(JSON.stringify(report));
      else {
        terminal.out(`${report.records} records and ${report.pointers} index entries of ${name} checked.`);
        for (const fault of faults) terminal.out(`${report[fault]} ${FAULTS[fault]}.`);
        if (faults.length === 0) terminal.out("All is well.");
        else if (repair) terminal.out(`${report.repaired} faults mended, ${left} left.`);
        else terminal.out("Nothing was changed; --repair mends what can be mended.");
      }
      return left > 0 ? 3 : 0;
    });
  },
};
