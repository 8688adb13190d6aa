import type { StoredToken } from "./token.ts";

/** How long a session lasts, in milliseconds; infinite where nothing limits it. */
export interface Retention {
  readonly idleMs: number;
  readonly maxAgeMs: number;
}

/** Whether the session is over: its token is never returned again, whatever the token itself says. */
export function isOver(retention: Retention | undefined, token: Pick<StoredToken, "createdAt" | "updatedAt">, now: number): boolean {
  if (!retention) return false;
  return now >= token.updatedAt + retention.idleMs || now >= token.createdAt + retention.maxAgeMs;
}
