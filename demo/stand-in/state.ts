import { AccessTokens } from "./access-tokens.ts";
import { Codes } from "./codes.ts";
import { RefreshTokens } from "./refresh-tokens.ts";

/** All that the stand-in remembers. It outlives a stop, as the real servers' memory does. */
export class StandInState {
  readonly accessTokens: AccessTokens = new AccessTokens();
  readonly refreshTokens: RefreshTokens = new RefreshTokens();
  readonly codes: Codes = new Codes();
  /** How many access tokens were given for a refresh token. */
  refreshes = 0;
}
