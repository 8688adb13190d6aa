import type { ZohoStoredTokens } from "../../zoho/stored-rows.ts";
import { UsageError } from "../command.ts";
import type { Command, ExitCode, Terminal } from "../command.ts";
import { importTokens } from "../import-tokens.ts";
import { parse } from "../parse.ts";
import type { Parsed } from "../parse.ts";
import { progressBar } from "../progress.ts";
import { readFromMysql } from "../sources/mysql.ts";
import { readFromSealedFile } from "../sources/sealed.ts";
import { readFromSqlite } from "../sources/sqlite.ts";
import { readFromZohoFile } from "../sources/zoho-file.ts";
import { openStore, TARGET_OPTIONS, TARGET_USAGE } from "../target-store.ts";

const USAGE = `Usage: edge-token-store import zoho-file <file> --to <store>
       edge-token-store import mysql <mysql://user@host:3306/database> --to <store>
       edge-token-store import sqlite <file> --to <store>
       edge-token-store import sealed <file> --to <store>

Copies the tokens of Zoho's own stores, or of a file that export has made. Nothing is changed at the source; what the target
holds already is left as it is, so it can be run again. Tokens are never shown. Exit codes: 0 all is there, 1 it failed, 2 wrong
usage, 3 some rows were left out, 130 interrupted.

  --to <store>          where to
  --table <name>        the table of a database; default oauthtoken
  --export-secret-file <file>  a file that holds the secret of the export; else it is in EXPORT_SECRET
  --dry-run             say what would be done, and write nothing

${TARGET_USAGE}`;

type Source = (address: string, parsed: Parsed, terminal: Terminal) => Promise<ZohoStoredTokens>;

const SOURCES: Readonly<Record<string, Source>> = {
  "zoho-file": (address) => readFromZohoFile(address),
  mysql: (address, parsed, terminal) => readFromMysql(address, parsed.text("table"), terminal),
  sqlite: (address, parsed) => readFromSqlite(address, parsed.text("table")),
  sealed: readFromSealedFile,
};

export const importCommand: Command = {
  summary: "copy the tokens of an export, or of Zoho's file, MySQL or SQLite store",
  usage: USAGE,
  async run(args, terminal) {
    const parsed = parse(args, {
      to: { type: "string" },
      table: { type: "string" },
      "export-secret-file": { type: "string" },
      "dry-run": { type: "boolean" },
      ...TARGET_OPTIONS,
    });
    const [kind = "", address, ...more] = parsed.positionals;
    const source = Object.hasOwn(SOURCES, kind) ? SOURCES[kind] : undefined;
    const to = parsed.text("to");
    if (!source) throw new UsageError(`A source is ${Object.keys(SOURCES).join(", ")}.`);
    if (address === undefined || more.length > 0) throw new UsageError("Name one source.");
    if (to === undefined) throw new UsageError("Say where to, with --to.");
    const dryRun = parsed.flag("dry-run");
    const target = await openStore(to, parsed, terminal, { missing: dryRun ? "empty" : "create" });
    try {
      return await copy(await source(address, parsed, terminal), target, dryRun, terminal);
    } finally {
      await target.close();
    }
  },
};

type Target = Awaited<ReturnType<typeof openStore>>;

async function copy(
  { tokens, problems }: ZohoStoredTokens,
  { store, name }: Target,
  dryRun: boolean,
  terminal: Terminal,
): Promise<ExitCode> {
  const bar = progressBar(tokens.length, terminal);
  const result = await importTokens(store, tokens, { dryRun, signal: terminal.signal, onProgress: bar.update }).finally(bar.end);
  const all = [...problems, ...result.problems].sort((left, right) => left.line - right.line);
  for (const { line, reason, skipped } of all) terminal.err(`line ${line}: ${skipped ? "left out" : "taken"}. ${reason}`);
  const leftOut = all.filter(({ skipped }) => skipped).length;
  const verb = dryRun ? "would be imported" : "imported";
  terminal.out(`${result.imported} ${verb} to ${name}, ${result.present} already there, ${leftOut} left out.`);
  return leftOut > 0 ? 3 : 0;
}
