import { isExpired, redactToken } from "../token.ts";
import type { StoredToken } from "../token.ts";

// A name of somebody else's choosing must not move the cursor, hide a line or turn the text around on an operator's terminal.
// oxlint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069]/g;

/** Text of the store's, fit for a terminal. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** One line of JSON, redacted. */
export function tokenJson(token: StoredToken): string {
  return printable(JSON.stringify(redactToken(token)));
}

export const LIST_HEADER: string = columns("ID", "USER", "CLIENT", "ACCESS TOKEN", "RENEWABLE", "UPDATED");

/** One line of a list. It names the token and tells its state; nothing in it is secret. */
export function tokenLine(token: StoredToken): string {
  const renewable = token.refreshToken === undefined ? "no" : "yes";
  return columns(token.id, token.userName ?? "-", token.clientId ?? "-", accessState(token), renewable, instant(token.updatedAt));
}

/** All that may be shown of a token, a field a line. */
export function tokenDetails(token: StoredToken): string {
  const fields = Object.entries(redactToken(token)).filter(([, value]) => value !== undefined);
  const width = Math.max(...fields.map(([name]) => name.length));
  return fields
    .map(
      ([name, value]) => `${name.padEnd(width)}  ${name.endsWith("At") ? describeInstant(name, Number(value)) : printable(String(value))}`,
    )
    .join("\n");
}

function describeInstant(name: string, value: number): string {
  return `${instant(value)}${name === "expiresAt" && value <= Date.now() ? " (expired)" : ""}`;
}

function accessState(token: StoredToken): string {
  if (token.accessToken === undefined) return "none";
  if (token.expiresAt === undefined) return "no expiry known";
  return isExpired(token) ? "expired" : `until ${instant(token.expiresAt)}`;
}

function columns(id: string, user: string, client: string, access: string, renewable: string, updated: string): string {
  const cells = [
    printable(id).padEnd(32),
    printable(user).padEnd(28),
    printable(client).padEnd(28),
    access.padEnd(26),
    renewable.padEnd(9),
  ];
  return [...cells, updated].join("  ");
}

/** Seconds are enough; what is no date any more is shown as the number it is. */
function instant(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString().replace(/\.\d+Z$/, "Z");
}
