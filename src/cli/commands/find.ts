import type { TokenQuery } from "../../token.ts";
import { UsageError } from "../command.ts";
import type { Command, Terminal } from "../command.ts";
import { parse } from "../parse.ts";
import type { Parsed } from "../parse.ts";
import { LIST_HEADER, tokenJson, tokenLine } from "../show-token.ts";
import { TARGET_OPTIONS, TARGET_USAGE, withStore } from "../target-store.ts";

const USAGE = `Usage: edge-token-store find <store> --user <name> [--client <id>]
       edge-token-store find <store> --refresh-token - < file
       edge-token-store find <store> --access-token env:NAME

Finds tokens by one field, exactly as an application does, and lists them, the last saved first. Exit codes: 0 found, 1 it
failed, so nothing is known, 2 wrong usage, 4 no such token.

  --user <name>         all tokens of a user
  --client <id>         with --user: those of that client; with a refresh or grant token: of that client or of none
  --access-token <from> by an access token; without --client
  --refresh-token <from>
  --grant-token <from>  by a refresh token or an authorization code
                        <from> says where the value comes from, since others can read a command line: - is the first line
                        of stdin, env:NAME an environment variable
  --json                one JSON object a line

${TARGET_USAGE}`;

const SECRET_FIELDS = { "access-token": "accessToken", "refresh-token": "refreshToken", "grant-token": "grantToken" } as const;

export const findCommand: Command = {
  summary: "find tokens by user, access, refresh or grant token",
  usage: USAGE,
  async run(args, terminal) {
    const text = { type: "string" } as const;
    const fields = { user: text, client: text, "access-token": text, "refresh-token": text, "grant-token": text };
    const parsed = parse(args, { ...fields, json: { type: "boolean" }, ...TARGET_OPTIONS });
    const [given, ...more] = parsed.positionals;
    if (more.length > 0) throw new UsageError("Name one store.");
    const query = await readQuery(parsed, terminal);
    return withStore(given, parsed, terminal, { missing: "refuse" }, async ({ store }) => {
      const found = await store.findTokens(query);
      if (found.length === 0) {
        terminal.err("There is no such token.");
        return 4;
      }
      if (!parsed.flag("json")) terminal.out(LIST_HEADER);
      for (const token of found) terminal.out(parsed.flag("json") ? tokenJson(token) : tokenLine(token));
      return 0;
    });
  },
};

async function readQuery(parsed: Parsed, terminal: Terminal): Promise<TokenQuery> {
  const user = parsed.text("user");
  const client = parsed.text("client");
  const secret = (Object.keys(SECRET_FIELDS) as (keyof typeof SECRET_FIELDS)[]).filter((option) => parsed.text(option) !== undefined);
  if ((user === undefined ? 0 : 1) + secret.length !== 1) {
    throw new UsageError("Name one field to find by: --user, --access-token, --refresh-token or --grant-token.");
  }
  if (user === "" || client === "") throw new UsageError("An empty name finds nothing.");
  const query: TokenQuery = client === undefined ? {} : { clientId: client };
  const [option] = secret;
  if (option === undefined) return { ...query, userName: user };
  if (option === "access-token" && client !== undefined) throw new UsageError("--access-token finds without --client.");
  return { ...query, [SECRET_FIELDS[option]]: await readValue(option, parsed.text(option)!, terminal) };
}

/** The value is not repeated in any message: somebody may have given the token itself. */
async function readValue(option: string, from: string, terminal: Terminal): Promise<string> {
  const [, name] = /^env:(\w+)$/.exec(from) ?? [];
  if (name === undefined && from !== "-") {
    throw new UsageError(`Others can read a command line: give --${option} - and the value on stdin, or env:NAME.`);
  }
  const value = name === undefined ? await terminal.readLine() : terminal.environment[name];
  if (!value) throw new UsageError(name === undefined ? "There was nothing on stdin." : `The environment variable ${name} is not set.`);
  return value;
}
