import { OptionInvalidError, RefreshFailedError } from "../errors.ts";
import { safeCause } from "../cause.ts";
import { refuseUnknown } from "../options.ts";

/** How long a token endpoint may take, in milliseconds: others may be waiting for the same refresh. */
export const REQUEST_TIMEOUT_MS = 30_000;

/** Hosts of this machine, where plain HTTP reaches nobody else (RFC 8252 section 7.3). */
const LOOPBACK: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** @throws {OptionInvalidError} unless it is an https URL, or an http one of this machine */
export function parseServerUrl(option: string, value: unknown): URL {
  const url = parseUrl(value);
  if (url && (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url))) && url.username === "" && url.password === "") {
    return url;
  }
  throw new OptionInvalidError(`The option ${option} must be an https URL; http is for this machine alone.`);
}

/** Like `refuseUnknown`, for options whose type is known: it leaves that as it is. @throws {OptionInvalidError} */
export function checkNames(options: unknown, known: readonly string[]): void {
  refuseUnknown(options, known);
}

/** Undefined where it is no absolute URL. */
export function parseUrl(value: unknown): URL | undefined {
  try {
    return typeof value === "string" || value instanceof URL ? new URL(value) : undefined;
  } catch {
    return undefined;
  }
}

function isLoopback({ hostname }: URL): boolean {
  return LOOPBACK.includes(hostname);
}

/** @throws {OptionInvalidError} unless it is a string with at least one character */
export function parseText(option: string, value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw new OptionInvalidError(`The option ${option} must be a string with at least one character.`);
}

/** An error for a server that gave no answer at all. */
export function unreachable(error: unknown): RefreshFailedError {
  return new RefreshFailedError("The authorization server can't be reached. Nothing was deleted; try again later.", {
    cause: safeCause(error),
  });
}
