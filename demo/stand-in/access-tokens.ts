import { newToken } from "./new-token.ts";

/** How long Zoho's access tokens live. */
export const LIFETIME_SECONDS = 3600;

export interface IssuedAccess {
  studentId: string;
  expiresAt: number;
  /** Whose revocation ends it. */
  refreshToken?: string;
}

/** The access tokens in force. */
export class AccessTokens {
  readonly #issued: Map<string, IssuedAccess>;

  constructor(issued: readonly (readonly [string, IssuedAccess])[] = []) {
    this.#issued = new Map(issued);
  }

  issue(studentId: string, refreshToken?: string): string {
    const token = newToken();
    const expiresAt = Date.now() + LIFETIME_SECONDS * 1000;
    this.#issued.set(token, { studentId, expiresAt, ...(refreshToken === undefined ? {} : { refreshToken }) });
    return token;
  }

  /** The id of the student whose token it is. */
  holder(token: string): string | undefined {
    const issued = this.#issued.get(token);
    return issued && issued.expiresAt > Date.now() ? issued.studentId : undefined;
  }

  /** False for a token that is unknown or was revoked already. */
  revoke(token: string): boolean {
    return this.#issued.delete(token);
  }

  revokeAllOf(refreshToken: string): void {
    for (const [token, issued] of this.#issued) if (issued.refreshToken === refreshToken) this.#issued.delete(token);
  }

  /** What the constructor takes. */
  toJSON(): [string, IssuedAccess][] {
    return [...this.#issued].filter(([, { expiresAt }]) => expiresAt > Date.now());
  }
}
