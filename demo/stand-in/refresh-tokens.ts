import { newToken } from "./new-token.ts";

/** Zoho's limit: 10 access tokens by one refresh token in 10 minutes. */
const MAX_REFRESHES = 10;
const WINDOW_MS = 10 * 60_000;
/** Zoho's limit for one user; with the next one the oldest ends. */
const MAX_PER_STUDENT = 20;

export interface IssuedRefresh {
  studentId: string;
  usedAt: number[];
}

/** The refresh tokens in force, oldest first. They don't rotate, as Zoho's don't. */
export class RefreshTokens {
  readonly #issued: Map<string, IssuedRefresh>;

  constructor(issued: readonly (readonly [string, IssuedRefresh])[] = []) {
    this.#issued = new Map(issued);
  }

  issue(studentId: string): string {
    const own = [...this.#issued].filter(([, issued]) => issued.studentId === studentId);
    if (own.length >= MAX_PER_STUDENT) this.#issued.delete(own[0]![0]);
    const token = newToken();
    this.#issued.set(token, { studentId, usedAt: [] });
    return token;
  }

  /** Whose token it is. */
  use(token: string): { studentId: string } | "unknown" | "too often" {
    const issued = this.#issued.get(token);
    if (!issued) return "unknown";
    issued.usedAt = issued.usedAt.filter((time) => time > Date.now() - WINDOW_MS);
    if (issued.usedAt.length >= MAX_REFRESHES) return "too often";
    issued.usedAt.push(Date.now());
    return issued;
  }

  revoke(token: string): boolean {
    return this.#issued.delete(token);
  }

  /** What the constructor takes. */
  toJSON(): [string, IssuedRefresh][] {
    return [...this.#issued];
  }
}
