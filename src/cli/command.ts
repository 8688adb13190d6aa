/** One command of the command line. New ones are a file in `commands/` and a line in `commands/index.ts`. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  readonly usage: string;
  /** @throws {UsageError} where the arguments don't make sense */
  run(args: readonly string[], terminal: Terminal): Promise<ExitCode>;
}

/**
 * 0: all done. 1: it failed. 2: the command line was wrong. 3: done, but something was left out or needs attention.
 * 4: no such token, which is never said of a store that can't be reached. 130: interrupted, as shells have it.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 130;

/** What a command sees of the process. Results go to `out`; everything else to `err`. */
export interface Terminal {
  out(line: string): void;
  err(line: string): void;
  /** Rewrites the current line of stderr; absent where that is no terminal. */
  readonly progress?: (line: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The first line of stdin, without its end. */
  readLine(): Promise<string>;
  /** Aborted when the user interrupts, and with {@link OutputClosed} when nobody reads the results any more. */
  readonly signal: AbortSignal;
}

/** Whoever read the results has enough of them, as `head` has: a reason to end, but no failure. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

/** The command line was wrong; the message says how. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Something that the command needs is missing or refuses; the message says what to do. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
