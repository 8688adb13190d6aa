import { sweepTokens } from "../../maintenance/index.ts";
import type { SweepReport } from "../../maintenance/index.ts";
import type { RetentionOptions } from "../../options.ts";
import { UsageError } from "../command.ts";
import type { Command } from "../command.ts";
import { parse } from "../parse.ts";
import type { Parsed } from "../parse.ts";
import { progressCount } from "../progress.ts";
import { TARGET_OPTIONS, TARGET_USAGE, withStore } from "../target-store.ts";

const USAGE = `Usage: edge-token-store sweep <store> [--dry-run]

Removes the tokens that are of no more use: the access token has expired, and there is nothing to renew it with. A token with a
refresh token stays, unless you say when a session is over. Safe beside live traffic; it can be stopped and run again. Exit
codes: 0 done, 1 it failed, 2 wrong usage, 3 some records could not be read and stay, 130 interrupted.

  --idle-seconds <n>    a session is over when its token was not saved for so long
  --max-age-seconds <n> a session is over so long after its first save
                        Give the same values as your application's option retention; without them nothing ends by its age.
  --unreadable          remove damaged records too, so that their users can log in again; restore a backup first if you have one
  --dry-run             count what would be removed, and remove nothing
  --json                the figures as JSON

${TARGET_USAGE}`;

export const sweepCommand: Command = {
  summary: "remove tokens that are of no more use",
  usage: USAGE,
  async run(args, terminal) {
    const [flag, text] = [{ type: "boolean" }, { type: "string" }] as const;
    const parsed = parse(args, {
      "dry-run": flag,
      unreadable: flag,
      json: flag,
      "idle-seconds": text,
      "max-age-seconds": text,
      ...TARGET_OPTIONS,
    });
    const [given, ...more] = parsed.positionals;
    if (more.length > 0) throw new UsageError("Name one store.");
    const dryRun = parsed.flag("dry-run");
    const unreadable = parsed.flag("unreadable");
    return withStore(given, parsed, terminal, { missing: "refuse", retention: readRetention(parsed) }, async ({ store, name }) => {
      const count = progressCount("records looked at", terminal);
      const onProgress = ({ records }: SweepReport): void => count.update(records);
      const report = await sweepTokens(store, { dryRun, unreadable, onProgress, signal: terminal.signal }).finally(count.end);
      const { records, expired, over, removed } = report;
      const damaged = unreadable && dryRun ? report.unreadable : 0;
      const left = report.unreadable - damaged;
      if (parsed.flag("json")) terminal.out(JSON.stringify(report));
      else {
        const outcome = dryRun ? `${expired + over + damaged} would be removed` : `${removed} removed`;
        terminal.out(`${records} records of ${name}: ${expired} expired, ${over} of sessions that are over, ${outcome}.`);
        if (left > 0) terminal.err(`${left} could not be read and stay; check says more.`);
      }
      return left > 0 ? 3 : 0;
    });
  },
};

function readRetention(parsed: Parsed): RetentionOptions | undefined {
  const idleSeconds = readSeconds(parsed, "idle-seconds");
  const maxAgeSeconds = readSeconds(parsed, "max-age-seconds");
  if (idleSeconds === undefined && maxAgeSeconds === undefined) return undefined;
  return { ...(idleSeconds === undefined ? {} : { idleSeconds }), ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }) };
}

function readSeconds(parsed: Parsed, option: string): number | undefined {
  const text = parsed.text(option);
  if (text !== undefined && !/^[1-9]\d{0,11}$/.test(text)) throw new UsageError(`--${option} takes a number of seconds, 1 or more.`);
  return text === undefined ? undefined : Number(text);
}
