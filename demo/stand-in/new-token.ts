import { randomBytes } from "node:crypto";

/** In the form of Zoho's codes and tokens. */
export function newToken(): string {
  return `1000.${randomBytes(16).toString("hex")}.${randomBytes(16).toString("hex")}`;
}
