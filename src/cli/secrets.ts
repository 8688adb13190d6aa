import { readFileSync } from "node:fs";
import { CommandError, UsageError } from "./command.ts";
import type { Terminal } from "./command.ts";
import type { Parsed } from "./parse.ts";

interface SecretPlace {
  /** The environment variable. */
  readonly variable: string;
  /** The option that names a file. It comes first: it was said for this one command. */
  readonly option: string;
}

/** Of the sealed files, which must open without the secret of any store. */
export const EXPORT_SECRET: SecretPlace = { variable: "EXPORT_SECRET", option: "export-secret-file" };

/** Never from an argument: others on the machine can read a command line. */
export function readSecret(parsed: Parsed, { environment }: Terminal, { variable, option }: SecretPlace): string | undefined {
  const file = parsed.text(option);
  const secret = file === undefined ? environment[variable] : readText(file).trim();
  return secret || undefined;
}

/** @throws {UsageError} where there is none */
export function requireSecret(parsed: Parsed, terminal: Terminal, place: SecretPlace, what: string): string {
  const secret = readSecret(parsed, terminal, place);
  if (secret !== undefined) return secret;
  throw new UsageError(`There is no ${what}: set ${place.variable}, or name a file with --${place.option}.`);
}

/** @throws {CommandError} where the file can't be read */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new CommandError(`${path} can't be read: ${String((error as { code?: unknown }).code)}.`);
  }
}
