import type { IndexName } from "./backend.ts";
import { parseTokenInput } from "./token.ts";
import type { StoredToken, TokenFields, TokenQuery } from "./token.ts";

/** One way to look a token up. Comparisons are exact: no case folding, normalisation or trimming. */
export type LookupStep =
  | { readonly by: "id"; readonly id: string }
  /** A user of one client; without `clientId`, the user's record that has no client yet. */
  | { readonly by: "account"; readonly userName: string; readonly clientId?: string }
  | { readonly by: "user"; readonly userName: string }
  | { readonly by: "access"; readonly accessToken: string }
  /** With `clientId` the token found must have that client or none. */
  | { readonly by: "grant"; readonly grantToken: string; readonly clientId?: string }
  | { readonly by: "refresh"; readonly refreshToken: string; readonly clientId?: string };

/**
 * Which look-ups a query stands for, in order: the first that finds anything decides. Find and save
 * match by these same rules.
 *
 * 1. `id`: that id, nothing else.
 * 2. `userName`: with `clientId` the account, failing that the user's record without a client; else the user.
 * 3. `accessToken` with neither `clientId` nor `clientSecret`: the access token.
 * 4. `grantToken`: the grant token, failing that the `refreshToken` if given.
 * 5. `refreshToken`: the refresh token.
 * 6. Anything else: no look-up at all, so nothing is found.
 *
 * @param options.clientId filled into look-ups by user that name no client; default none
 * @throws {TokenInvalidError} where the query has unknown fields or values of the wrong type
 */
export function resolveLookup(query: TokenQuery, options: { clientId?: string | undefined } = {}): LookupStep[] {
  const { id, userName, clientId, clientSecret, accessToken, grantToken, refreshToken } = parseTokenInput(query);
  const client = clientId == null ? {} : { clientId };
  if (id != null) return [{ by: "id", id }];
  if (userName != null) {
    const account = clientId ?? options.clientId;
    if (account === undefined) return [{ by: "user", userName }];
    return [
      { by: "account", userName, clientId: account },
      { by: "account", userName },
    ];
  }
  if (accessToken != null && clientId == null && clientSecret == null) return [{ by: "access", accessToken }];
  const steps: LookupStep[] = [];
  if (grantToken != null) steps.push({ by: "grant", grantToken, ...client });
  if (refreshToken != null) steps.push({ by: "refresh", refreshToken, ...client });
  return steps;
}

/** Whether the token is what the step looks for. An index entry is a hint; this decides. */
export function matchesStep(step: LookupStep, token: StoredToken): boolean {
  switch (step.by) {
    case "id":
      return token.id === step.id;
    case "account":
      return token.userName === step.userName && token.clientId === step.clientId;
    case "user":
      return token.userName === step.userName;
    case "access":
      return token.accessToken === step.accessToken;
    case "grant":
      return token.grantToken === step.grantToken && clientFits(step, token);
    case "refresh":
      return token.refreshToken === step.refreshToken && clientFits(step, token);
  }
}

function clientFits(step: { readonly clientId?: string }, token: TokenFields): boolean {
  return step.clientId === undefined || token.clientId === undefined || token.clientId === step.clientId;
}

/**
 * Where a user who is new may already be stored without a name: under the grant or refresh token that
 * was exchanged before the user was known. A save adopts such a record.
 */
export function adoptionSteps(token: TokenFields): LookupStep[] {
  if (token.userName === undefined) return [];
  const { grantToken, refreshToken, clientId } = token;
  return resolveLookup({ grantToken: grantToken ?? null, refreshToken: refreshToken ?? null, clientId: clientId ?? null });
}

/** What an index entry is made from. `null` stands for a field without a value. */
export type IndexValue = readonly (string | null)[];

/** What the entry in this index is made from; undefined where the token has none. A look-up reads the entry of what it looks for. */
export function indexValue(name: IndexName, fields: TokenFields): IndexValue | undefined {
  const value = fields[INDEXED_FIELDS[name]];
  if (value === undefined) return undefined;
  return name === "account" ? [value, fields.clientId ?? null] : [value];
}

const INDEXED_FIELDS = {
  user: "userName",
  account: "userName",
  access: "accessToken",
  refresh: "refreshToken",
  grant: "grantToken",
} as const;

/**
 * What a new token's id is derived from: its account, else its grant, refresh or access token. Two
 * saves of one new token, in two tabs or after a crash, so meet in one record.
 */
export function identityOf(token: TokenFields): IndexValue | undefined {
  const { userName, clientId = null, grantToken, refreshToken, accessToken } = token;
  if (userName !== undefined) return accountIdentity(userName, clientId);
  if (grantToken !== undefined) return ["grant", grantToken, clientId];
  if (refreshToken !== undefined) return ["refresh", refreshToken, clientId];
  if (accessToken !== undefined) return ["access", accessToken, clientId];
  return undefined;
}

export function accountIdentity(userName: string, clientId: string | null): IndexValue {
  return ["account", userName, clientId];
}

/**
 * Whether the record that holds a derived id still is the token that the id was derived for. It may
 * have gained a user since, or moved on to another user or token.
 */
export function hasIdentity(token: TokenFields, identity: IndexValue): boolean {
  const [kind, value, clientId] = identity;
  if ((token.clientId ?? null) !== clientId) return false;
  switch (kind) {
    case "account":
      return token.userName === value;
    case "grant":
      return token.grantToken === value;
    case "refresh":
      return token.refreshToken === value;
    default:
      return token.accessToken === value;
  }
}
