import type { ZohoOAuthToken } from "../../src/zoho/index.ts";

/** A row of FileStore's file, as it reads it. */
export interface FileRow {
  readonly id: string;
  readonly userName: string;
  readonly clientId: string;
  readonly refreshToken: string;
  readonly accessToken: string;
  readonly grantToken: string;
  readonly expiresIn: string;
}

/** What FileStore does and no store should. Each has its own test, which shows what ours does instead. */
export type FileStoreDefect =
  | "shifts all columns at a comma in a value"
  | "leaves one row of five saves at once"
  | "gives the id of a deleted token to the next one"
  | "fails to delete an unknown id"
  | "hands one client another client's token"
  | "stores a user twice who was stored without a name"
  | "finds the first in the file of several tokens of one user"
  | "lets the order in the file decide between grant and refresh token"
  | "tells two tokens with one refresh token apart by their order"
  | "pairs a new access token with the expiry of the old one"
  | "reads an empty string where null was saved"
  | "stores a user signature with an empty name anew with each save"
  | "stores a client's access token alone anew with each save";

/** Whether FileStore's rule matches the row: `checkCondition` of its source. */
export function fileStoreMatches(token: ZohoOAuthToken, row: FileRow): boolean {
  const signature = token.getUserSignature();
  if (signature != null) return signature.getName() !== "" && signature.getName() === row.userName;
  const accessToken = token.getAccessToken();
  if (accessToken != null && token.getClientId() == null && token.getClientSecret() == null) return accessToken === row.accessToken;
  const grantToken = token.getGrantToken();
  const refreshToken = token.getRefreshToken();
  return (grantToken != null && grantToken === row.grantToken) || (refreshToken != null && refreshToken === row.refreshToken);
}

/** The defect that a look-up with this token would run into, given the rows in the file. */
export function defectOfLookup(token: ZohoOAuthToken, rows: readonly FileRow[]): FileStoreDefect | undefined {
  const matches = rows.filter((row) => fileStoreMatches(token, row));
  const [first] = matches;
  if (token.getUserSignature() != null) {
    if (matches.length > 1) return "finds the first in the file of several tokens of one user";
  } else if (matches.length > 1) {
    const byGrant = matches.filter(({ grantToken }) => grantToken !== "" && grantToken === token.getGrantToken());
    return byGrant.length === 1
      ? "lets the order in the file decide between grant and refresh token"
      : "tells two tokens with one refresh token apart by their order";
  }
  const clientId = token.getClientId();
  if (first && clientId != null && first.clientId !== "" && first.clientId !== clientId) return "hands one client another client's token";
  return undefined;
}

/** The defect that a save of this token would run into. */
export function defectOfSave(token: ZohoOAuthToken, rows: readonly FileRow[]): FileStoreDefect | undefined {
  const id = token.getId();
  const found = id == null ? defectOfLookup(token, rows) : undefined;
  if (found) return found;
  const target = id == null ? rows.find((row) => fileStoreMatches(token, row)) : rows.find((row) => row.id === id);
  if (!target && id == null && token.getUserSignature() != null) {
    const nameless = rows.some(
      (row) =>
        row.userName === "" &&
        ((row.grantToken !== "" && row.grantToken === token.getGrantToken()) ||
          (row.refreshToken !== "" && row.refreshToken === token.getRefreshToken())),
    );
    if (nameless) return "stores a user twice who was stored without a name";
  }
  if (!target && id == null && token.getUserSignature() == null && token.getGrantToken() == null && token.getRefreshToken() == null) {
    const again = rows.some((row) => row.accessToken === token.getAccessToken() && row.clientId === token.getClientId());
    if (again) return "stores a client's access token alone anew with each save";
  }
  return target && inheritsExpiry(token, target) ? "pairs a new access token with the expiry of the old one" : undefined;
}

/** Whether FileStore would pair the token's own access token with the expiry of the stored one. */
export function inheritsExpiry(token: ZohoOAuthToken, row: FileRow): boolean {
  const accessToken = token.getAccessToken();
  return accessToken != null && accessToken !== row.accessToken && token.getExpiresIn() == null && row.expiresIn !== "";
}
