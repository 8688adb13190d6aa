/** How long look-ups took among that many tokens, in milliseconds by the field. */
export interface Measurement {
  tokens: number;
  milliseconds: Readonly<Record<string, number>>;
}

/** Where a race is run: in a namespace of its own, beside the portal's tokens. */
export interface Track {
  /** How many tokens are saved before look-ups are timed again. */
  readonly stride: number;
  /** Saves the made-up tokens from one number to below another, and times look-ups among them. */
  advance(from: number, to: number, signal: AbortSignal): Promise<Measurement["milliseconds"]>;
  /** Removes them all. */
  clear(): Promise<void>;
}

export interface RaceToken {
  userName: string;
  clientId: string;
  accessToken: string;
  refreshToken: string;
}

export function raceToken(number: number): RaceToken {
  return {
    userName: `student-${number}@race.example`,
    clientId: "race",
    accessToken: `access-${number}`,
    refreshToken: `refresh-${number}`,
  };
}

/** The ways to look for a token of the race. */
export function raceQueries({ userName, clientId, accessToken, refreshToken }: RaceToken): Record<string, Partial<RaceToken>> {
  return {
    "user and client": { userName, clientId },
    user: { userName },
    "access token": { accessToken },
    "refresh token": { refreshToken },
  };
}
