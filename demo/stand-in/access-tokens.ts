import { newToken } from "./new-token.ts";
import type { Student } from "./students.ts";

/** How long Zoho's access tokens live. */
export const LIFETIME_SECONDS = 3600;

interface Issued {
  student: Student;
  expiresAt: number;
  /** Whose revocation ends it. */
  refreshToken?: string;
}

/** The access tokens in force, in memory: they end with the stand-in. */
export class AccessTokens {
  readonly #issued = new Map<string, Issued>();

  issue(student: Student, refreshToken?: string): string {
    const token = newToken();
    const expiresAt = Date.now() + LIFETIME_SECONDS * 1000;
    this.#issued.set(token, { student, expiresAt, ...(refreshToken === undefined ? {} : { refreshToken }) });
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

  revokeAllOf(refreshToken: string): void {
    for (const [token, issued] of this.#issued) if (issued.refreshToken === refreshToken) this.#issued.delete(token);
  }
}
