import { newToken } from "./new-token.ts";
import type { Student } from "./students.ts";

/** Zoho's limit: 10 access tokens by one refresh token in 10 minutes. */
const MAX_REFRESHES = 10;
const WINDOW_MS = 10 * 60_000;

/** The refresh tokens in force. They don't rotate, as Zoho's don't. */
export class RefreshTokens {
  readonly #issued = new Map<string, { student: Student; usedAt: number[] }>();

  issue(student: Student): string {
    const token = newToken();
    this.#issued.set(token, { student, usedAt: [] });
    return token;
  }

  use(token: string): Student | "unknown" | "too often" {
    const issued = this.#issued.get(token);
    if (!issued) return "unknown";
    issued.usedAt = issued.usedAt.filter((time) => time > Date.now() - WINDOW_MS);
    if (issued.usedAt.length >= MAX_REFRESHES) return "too often";
    issued.usedAt.push(Date.now());
    return issued.student;
  }

  revoke(token: string): boolean {
    return this.#issued.delete(token);
  }
}
