import { randomBytes } from "node:crypto";
import type { Student } from "./students.ts";

/** How long Zoho's access tokens live. */
export const LIFETIME_SECONDS = 3600;

/** The access tokens in force, in memory: they end with the stand-in. */
export class AccessTokens {
  readonly #issued = new Map<string, { student: Student; expiresAt: number }>();

  issue(student: Student): string {
    const token = `1000.${randomBytes(16).toString("hex")}.${randomBytes(16).toString("hex")}`;
    this.#issued.set(token, { student, expiresAt: Date.now() + LIFETIME_SECONDS * 1000 });
    return token;
  }

  holder(token: string): Student | undefined {
    const issued = this.#issued.get(token);
    return issued && issued.expiresAt > Date.now() ? issued.student : undefined;
  }

  /** False for a token that is unknown or was revoked already. */
  revoke(token: string): boolean {
    return this.#issued.delete(token);
  }
}
