import type { StoredToken, TokenFields, TokenInput } from "../token.ts";
import type { ZohoOAuthToken, ZohoOAuthTokenV2 } from "./sdk.ts";

/** What the tokens of all SDKs have in common. */
type CommonToken = Omit<ZohoOAuthTokenV2, "getUserMail" | "setUserMail">;

/**
 * The fields of a SDK's token that hold something. Nothing stands for null as for `""`, which the built-in
 * stores write where they read null: neither erases what is stored.
 */
export function commonFields(token: CommonToken): TokenInput {
  return {
    id: given(token.getId()),
    clientId: given(token.getClientId()),
    clientSecret: given(token.getClientSecret()),
    redirectUrl: given(token.getRedirectURL()),
    grantToken: given(token.getGrantToken()),
    refreshToken: given(token.getRefreshToken()),
    accessToken: given(token.getAccessToken()),
    expiresAt: parseExpiresIn(token.getExpiresIn()),
  };
}

export function toTokenInput(token: ZohoOAuthToken): TokenInput {
  return {
    ...commonFields(token),
    userName: given(token.getUserSignature()?.getName()),
    apiDomain: given(token.getAPIDomain()),
  };
}

/**
 * Fills what is null in the SDK's token from the stored one. A given access token never gets the expiry of another.
 */
export function fillCommonFields(token: CommonToken, stored: StoredToken): void {
  const fill = (current: string | null | undefined, value: string | undefined, set: (value: string) => void): void => {
    if (current == null && value !== undefined) set(value);
  };
  fill(token.getId(), stored.id, (value) => token.setId(value));
  fill(token.getClientId(), stored.clientId, (value) => token.setClientId(value));
  fill(token.getClientSecret(), stored.clientSecret, (value) => token.setClientSecret(value));
  fill(token.getRedirectURL(), stored.redirectUrl, (value) => token.setRedirectURL(value));
  fill(token.getGrantToken(), stored.grantToken, (value) => token.setGrantToken(value));
  fill(token.getRefreshToken(), stored.refreshToken, (value) => token.setRefreshToken(value));
  fill(token.getAccessToken(), stored.accessToken, (value) => token.setAccessToken(value));
  if (given(token.getAccessToken()) === stored.accessToken) {
    fill(token.getExpiresIn(), formatExpiresIn(stored), (value) => token.setExpiresIn(value));
  }
}

/** The SDKs keep the instant of expiry as a string of epoch milliseconds. */
export function formatExpiresIn({ expiresAt }: TokenFields): string | undefined {
  return expiresAt === undefined ? undefined : String(Math.floor(expiresAt));
}

/** Undefined for what is no instant: an answer without `expires_in` makes the SDKs write "NaN". */
export function parseExpiresIn(expiresIn: string | null | undefined): number | undefined {
  return expiresIn != null && /^\d{1,16}$/.test(expiresIn) ? Number(expiresIn) : undefined;
}

export function given(value: string | null | undefined): string | undefined {
  return value == null || value === "" ? undefined : value;
}
