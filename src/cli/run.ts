import { readFileSync } from "node:fs";
import { safeCause } from "../cause.ts";
import { OptionInvalidError, SecretMismatchError, SecretWeakError, TokenStoreError } from "../errors.ts";
import { CommandError, OutputClosed, UsageError } from "./command.ts";
import type { Command, ExitCode, Terminal } from "./command.ts";
import { COMMANDS } from "./commands/index.ts";

const EXIT_CODES = `Exit codes: 0 all done, 1 it failed, 2 the command line was wrong, 3 done, but something was left out or needs attention,
4 no such token, 130 interrupted.
`;

/** The library says it in terms of its options. */
const WRONG_SECRET = "The store was written with another secret than TOKEN_SECRET or --secret-file gives; or this is another's namespace.";

/** Runs one command line, and turns what goes wrong into a sentence and an exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name = "", ...rest] = args;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (name === "--version") {
    terminal.out(version());
    return 0;
  }
  if (!command || rest.includes("--help") || rest.includes("-h")) {
    const asked = command !== undefined || ["", "help", "--help", "-h"].includes(name);
    if (asked) terminal.out(command?.usage ?? overview());
    else terminal.err(`There is no command ${JSON.stringify(name)}.\n\n${overview()}`);
    return asked ? 0 : 2;
  }
  try {
    return await command.run(rest, terminal);
  } catch (error) {
    // What the library refuses of a command comes from the command line, too.
    if (error instanceof UsageError || error instanceof OptionInvalidError || error instanceof SecretWeakError) {
      terminal.err(`${error.message}\n\nedge-token-store ${name} --help tells more.`);
      return 2;
    }
    if (error instanceof OutputClosed) return 0;
    if (terminal.signal.aborted && error === terminal.signal.reason && !(error instanceof CommandError)) {
      terminal.err("Interrupted. What was done stays done; run it again to go on.");
      return 130;
    }
    terminal.err(messageOf(error));
    return 1;
  }
}

/** Only our own messages are known to hold no token; of others the name and code are shown. */
function messageOf(error: unknown): string {
  if (error instanceof CommandError) return error.message;
  if (error instanceof SecretMismatchError) return `${error.code}: ${WRONG_SECRET}`;
  if (!(error instanceof TokenStoreError)) return `It failed: ${safeCause(error).message}.`;
  const message = error.cause instanceof Error ? safeCause(error.cause).message : "";
  // A plain Error without a code would tell nothing.
  return `${error.code}: ${error.message}${["", "Error"].includes(message) ? "" : ` (${message})`}`;
}

function version(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

function overview(): string {
  const commands = Object.entries<Command>(COMMANDS);
  const width = Math.max(...commands.map(([name]) => name.length));
  const lines = commands.map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    "Usage: edge-token-store <command> …",
    "",
    ...lines,
    "",
    EXIT_CODES,
    "edge-token-store <command> --help tells more, --version says which this is.",
  ].join("\n");
}
