import { OptionInvalidError, TokenInvalidError } from "./errors.ts";
import { shownName } from "./shown-name.ts";

/** The text fields of a token, all optional. Names follow RFC 6749, in camel case. */
export const STRING_FIELDS = [
  "userName",
  "clientId",
  "clientSecret",
  "redirectUrl",
  "grantToken",
  "refreshToken",
  "accessToken",
  "apiDomain",
  "scope",
  "tokenType",
] as const;

/** What a caller may give. */
const FIELDS = ["id", "expiresAt", ...STRING_FIELDS] as const;

/** With what the store sets itself, which is ignored where a caller passes a stored token back in. */
const KNOWN_FIELDS: readonly string[] = [...FIELDS, "createdAt", "updatedAt", "version"];

/** The values that must never be shown: see {@link redactToken}. */
const SECRET_FIELDS = ["clientSecret", "grantToken", "refreshToken", "accessToken"] as const;

/** A token's own fields, as they are stored. A field without a value is absent. */
export interface TokenFields {
  /** Zoho: the name in `UserSignature`. */
  userName?: string;
  /** The OAuth client, RFC 6749 section 2.2. */
  clientId?: string;
  /** The secret of a confidential client, RFC 6749 section 2.3.1. A store in a browser refuses it. */
  clientSecret?: string;
  /** The redirect URI that the grant was made for, RFC 6749 section 3.1.2. */
  redirectUrl?: string;
  /** The authorization code, RFC 6749 section 4.1; Zoho calls it the grant token. */
  grantToken?: string;
  /** RFC 6749 section 1.5. A save without one keeps the one that is stored. */
  refreshToken?: string;
  /** RFC 6749 section 1.4. A save of another one without `expiresAt` clears the old expiry. */
  accessToken?: string;
  /** When the access token expires, in epoch milliseconds. */
  expiresAt?: number;
  /** The origin that the provider's API is called at. */
  apiDomain?: string;
  /** What was granted, as the provider writes it, RFC 6749 section 3.3. */
  scope?: string;
  /** How the access token is used, such as `Bearer`, RFC 6749 section 7.1. */
  tokenType?: string;
}

/**
 * A token to save. A field that is `undefined` keeps what is stored, `null` clears it, anything else
 * replaces it. Empty strings are refused.
 */
export type TokenInput = { [Field in keyof TokenFields]?: TokenFields[Field] | null | undefined } & {
  /** Any string of the caller's; derived by the store when absent. Never changes. */
  id?: string | null | undefined;
};

/** What to look for. `null` and `undefined` count as not given. See `resolveLookup` for the rules. */
export type TokenQuery = TokenInput;

/** A token as the store returns it: a copy that may be changed freely. */
export interface StoredToken extends TokenFields {
  /** The caller's, or derived by the store; never changes. */
  id: string;
  /** First save, in epoch milliseconds. */
  createdAt: number;
  /** Last save that changed something, in epoch milliseconds. */
  updatedAt: number;
  /** Counts the saves that changed something, from 1. */
  version: number;
}

/** A validated {@link TokenInput}: no `undefined`, and no `id` unless one was given. */
export type TokenPatch = { [Field in keyof TokenInput]?: Exclude<TokenInput[Field], undefined> };

/**
 * Checks a token or query given by a caller.
 *
 * @throws {TokenInvalidError} on anything but an object of known fields with values of their types.
 *   Unknown fields are refused rather than dropped: what a save acknowledges must be stored.
 */
export function parseTokenInput(input: unknown): TokenPatch {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw new TokenInvalidError("A token must be an object such as { userName, refreshToken }.");
  }
  const given = input as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).find((field) => !KNOWN_FIELDS.includes(field) && given[field] !== undefined);
  if (unknown !== undefined)
    throw new TokenInvalidError(`A token has no field ${shownName(unknown)}. Its fields are ${FIELDS.join(", ")}.`);
  const patch: Record<string, string | number | null> = {};
  // By their names, not as they are listed: the object may be of a class whose fields are accessors.
  for (const field of FIELDS) {
    const value = given[field];
    if (value === undefined) continue;
    if (value !== null) patch[field] = field === "expiresAt" ? parseInstant(value) : parseText(field, value);
    else if (field !== "id") patch[field] = null;
  }
  return patch;
}

/** @throws {TokenInvalidError} unless the id is a string that is not empty. */
export function parseId(id: unknown): string {
  return parseText("id", id);
}

function parseText(field: string, value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  const found = value === "" ? "an empty string" : `of type ${typeof value}`;
  throw new TokenInvalidError(`The token's ${field} must be a string that is not empty; it is ${found}. null clears a field.`);
}

function parseInstant(value: unknown): number {
  // Zero has a sign, which JSON does not keep.
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return Math.abs(value);
  throw new TokenInvalidError("The token's expiresAt must be in epoch milliseconds: from expires_in, Date.now() + expires_in * 1000.");
}

/**
 * Whether the access token has expired, or will within `minValiditySeconds`.
 *
 * A token without `expiresAt` never counts as expired: RFC 6749 section 5.1 lets a provider leave
 * `expires_in` out.
 *
 * @param options.minValiditySeconds how long it must stay valid to count as fresh; default 0
 * @param options.now epoch milliseconds; default `Date.now()`
 * @throws {OptionInvalidError} where one of them is no number: nothing would ever have expired
 */
export function isExpired(
  token: { readonly expiresAt?: number | null | undefined },
  options: { minValiditySeconds?: number | undefined; now?: number | undefined } = {},
): boolean {
  const { minValiditySeconds = 0, now = Date.now() } = options;
  const until: unknown = now + minValiditySeconds * 1000;
  if (typeof until !== "number" || Number.isNaN(until))
    throw new OptionInvalidError("The options now and minValiditySeconds must be numbers.");
  return token.expiresAt != null && token.expiresAt <= until;
}

/**
 * A copy fit for logs and inspectors: the client secret and every grant, refresh and access token is
 * replaced by its length. The id, the user name and the client id stay.
 */
export function redactToken<Token extends TokenInput>(token: Token): Token {
  const redacted = { ...token };
  for (const field of SECRET_FIELDS) {
    const value = redacted[field];
    if (typeof value === "string") redacted[field] = `[redacted, ${value.length} characters]`;
  }
  return redacted;
}
