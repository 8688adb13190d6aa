import type { TokenInput } from "../token.ts";
import { given, parseExpiresIn } from "./token-fields.ts";

/** A row of one of Zoho's own stores, ready to be saved. */
export interface ZohoStoredRow {
  /** The line of the file or the number of the row, from 1. */
  line: number;
  /** What the row holds. */
  token: TokenInput;
}

/** What is wrong with a row. It names no token and no user. */
export interface ZohoRowProblem {
  /** The line of the file or the number of the row, from 1. */
  line: number;
  /** A sentence for whoever moves the tokens. */
  reason: string;
  /** Whether the row is left out; else it is among the tokens, changed as the reason says. */
  skipped: boolean;
}

/** What was read from one of Zoho's own stores. */
export interface ZohoStoredTokens {
  /** The rows that can be saved. */
  tokens: ZohoStoredRow[];
  /** What is wrong with others, or with a part of them. */
  problems: ZohoRowProblem[];
}

/** The columns of Zoho's stores, in all SDKs; `user_mail` is the 2.x SDKs' name for `user_name`. */
const COLUMNS = {
  id: "id",
  user_name: "userName",
  user_mail: "userName",
  client_id: "clientId",
  client_secret: "clientSecret",
  refresh_token: "refreshToken",
  access_token: "accessToken",
  grant_token: "grantToken",
  expiry_time: "expiresAt",
  redirect_url: "redirectUrl",
  api_domain: "apiDomain",
} as const;

export type Column = keyof typeof COLUMNS;

export const isColumn = (name: string): name is Column => Object.hasOwn(COLUMNS, name);

/** What the SDKs write for a lifetime that the server did not name. */
const NO_EXPIRY: readonly string[] = ["", "NaN", "null", "undefined", "None"];

/** Collects rows, and what is wrong with them. Ids are told apart: some of Zoho's stores give the same to many rows. */
export class RowReader {
  readonly result: ZohoStoredTokens = { tokens: [], problems: [] };
  readonly #lineOfId = new Map<string, number>();

  skip(line: number, reason: string): void {
    this.result.problems.push({ line, reason, skipped: true });
  }

  add(line: number, values: Readonly<Partial<Record<Column, string | null>>>): void {
    const reason = implausible(values);
    if (reason !== undefined) return this.skip(line, reason);
    const token: TokenInput = {};
    for (const [column, value] of Object.entries(values)) {
      const field = COLUMNS[column as Column];
      const text = given(value);
      if (text === undefined) continue;
      if (field === "expiresAt") token.expiresAt = parseExpiresIn(text);
      else token[field] = text;
    }
    this.result.tokens.push({ line, token: this.#withOwnId(line, token) });
  }

  #withOwnId(line: number, token: TokenInput): TokenInput {
    const { id, ...rest } = token;
    if (id == null) return rest;
    const first = this.#lineOfId.get(id);
    if (first === undefined) {
      this.#lineOfId.set(id, line);
      return token;
    }
    const reason = `Its id is that of line ${first}, which keeps it; this token gets a new one.`;
    this.result.problems.push({ line, reason, skipped: false });
    return rest;
  }
}

/** Why the values can't stand in these columns: those of a row that has shifted are somebody else's. */
function implausible(values: Readonly<Partial<Record<Column, string | null>>>): string | undefined {
  const expiry = values.expiry_time ?? "";
  if (!NO_EXPIRY.includes(expiry) && parseExpiresIn(expiry) === undefined) {
    return "expiry_time is no number of milliseconds: the columns have shifted, or the row is damaged.";
  }
  for (const column of ["redirect_url", "api_domain"] as const) {
    if (!/^$|^[a-z][a-z0-9+.-]*:/i.test(values[column] ?? "")) {
      return `${column} is no URL: the columns have shifted, or the row is damaged.`;
    }
  }
  const { refresh_token, access_token, grant_token } = values;
  if (![refresh_token, access_token, grant_token].some((value) => given(value) !== undefined)) {
    return "There is no grant, refresh or access token in it.";
  }
  return undefined;
}
