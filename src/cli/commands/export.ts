import { pause } from "../../abortable.ts";
import { UsageError } from "../command.ts";
import type { Command } from "../command.ts";
import { writeNewFile } from "../new-file.ts";
import { parse } from "../parse.ts";
import { progressCount, TURN } from "../progress.ts";
import { SealedFileWriter } from "../sealed-file.ts";
import { EXPORT_SECRET, requireSecret } from "../secrets.ts";
import { TARGET_OPTIONS, TARGET_USAGE, withStore } from "../target-store.ts";

const USAGE = `Usage: edge-token-store export <store> --out <file>

Writes all tokens into one sealed file, which import sealed takes into any other store: a backup, or a move. It is sealed with a
secret of its own, in EXPORT_SECRET (generate-secret makes one), so that it opens without the store's. It can run beside live traffic:
what is saved meanwhile may be in it or not. A file that was not finished is removed. Exit codes: 0 all is in it, 1 it
failed, 2 wrong usage, 3 some records could not be read and are not in it, 130 interrupted.

  --out <file>          a new file, which only you can read
  --export-secret-file <file>  a file that holds the secret of the export
  --dry-run             read everything, and write no file

${TARGET_USAGE}`;

export const exportCommand: Command = {
  summary: "write all tokens into a sealed file, to back up or move",
  usage: USAGE,
  async run(args, terminal) {
    const text = { type: "string" } as const;
    const parsed = parse(args, { out: text, "export-secret-file": text, "dry-run": { type: "boolean" }, ...TARGET_OPTIONS });
    const [given, ...more] = parsed.positionals;
    if (more.length > 0) throw new UsageError("Name one store.");
    const file = parsed.text("out");
    if (!file) throw new UsageError("Say where to, with --out.");
    const secret = requireSecret(parsed, terminal, EXPORT_SECRET, "secret for the export");
    const sealed = await SealedFileWriter.create(secret);
    return withStore(given, parsed, terminal, { missing: "refuse" }, async ({ store, name }) => {
      const count = progressCount("tokens exported", terminal);
      let unreadable = 0;
      let exported = 0;
      const fill = async (write: (text: string) => Promise<void>): Promise<void> => {
        await write(sealed.header);
        for await (const token of store.tokens({ onCorrupt: () => unreadable++ })) {
          if (exported % TURN === 0) await pause(0, terminal.signal);
          await write(await sealed.token(token));
          count.update(++exported);
        }
        await write(await sealed.end(exported));
      };
      const dryRun = parsed.flag("dry-run");
      await (dryRun ? fill(async () => {}) : writeNewFile(file, fill)).finally(count.end);
      terminal.out(`${exported} tokens of ${name} ${dryRun ? "would be exported" : "exported"} to ${file}.`);
      if (unreadable > 0) terminal.err(`${unreadable} could not be read and are not in it; check says more.`);
      return unreadable > 0 ? 3 : 0;
    });
  },
};
