import { UsageError } from "./command.ts";
import type { Terminal } from "./command.ts";

/**
 * An address as it was given, or the one in an environment variable for `env:NAME`. Others on the machine can
 * read a command line, so a password may only come from there.
 *
 * @throws {UsageError}
 */
export function readAddress(given: string, { environment }: Terminal): string {
  const [, name] = /^env:(.*)$/s.exec(given) ?? [];
  if (name === undefined) {
    const url = parseUrl(given);
    if (url && (url.password || hasPassword(url))) {
      throw new UsageError(
        "Others can read a command line: put the address with its password into an environment variable and give env:NAME.",
      );
    }
    return given;
  }
  const value = environment[name];
  if (!value) throw new UsageError(`The environment variable ${name} is not set.`);
  return value;
}

/** For the terminal: without user and password. */
export function showAddress(address: string): string {
  const url = parseUrl(address);
  if (url?.host) return `${url.protocol}//${url.host}${url.pathname}`;
  return url && hasPassword(url) ? `${url.protocol}${url.pathname}` : address;
}

/** In the query, where ioredis and mysql2 take any of their options from. */
function hasPassword({ searchParams }: URL): boolean {
  return [...searchParams.keys()].some((name) => /password/i.test(name));
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
