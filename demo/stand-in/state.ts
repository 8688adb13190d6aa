import { AccessTokens } from "./access-tokens.ts";
import type { IssuedAccess } from "./access-tokens.ts";
import { Codes } from "./codes.ts";
import { RefreshTokens } from "./refresh-tokens.ts";
import type { IssuedRefresh } from "./refresh-tokens.ts";
import { STUDENTS } from "./students.ts";
import type { Student } from "./students.ts";

/** What outlives the process. Codes don't: they live for two minutes. */
export interface SavedState {
  /** Where the stand-in listened last. Tokens name it as their API's address. */
  port?: number;
  accessTokens: [string, IssuedAccess][];
  refreshTokens: [string, IssuedRefresh][];
}

/** All that the stand-in remembers. It outlives a stop, as the real servers' memory does. */
export class StandInState {
  /** Who can log in, by id. */
  readonly students: Map<string, Student> = new Map(STUDENTS.map((student) => [student.id, student]));
  readonly accessTokens: AccessTokens;
  readonly refreshTokens: RefreshTokens;
  readonly codes: Codes = new Codes();
  port: number | undefined;
  /** How many access tokens were given for a refresh token. */
  refreshes = 0;

  constructor({ port, accessTokens, refreshTokens }: Partial<SavedState> = {}) {
    this.port = port;
    this.accessTokens = new AccessTokens(accessTokens);
    this.refreshTokens = new RefreshTokens(refreshTokens);
  }

  toJSON(): SavedState {
    const { port, accessTokens, refreshTokens } = this;
    return { ...(port === undefined ? {} : { port }), accessTokens: accessTokens.toJSON(), refreshTokens: refreshTokens.toJSON() };
  }
}
