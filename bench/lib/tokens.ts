import type { TokenFields, TokenQuery } from "../../dist/index.js";

export const CLIENT_ID = "1000.BENCHMARKCLIENT00000000000000";
export const SECRET = "a-secret-of-the-benchmark-with-32-characters";

type BenchToken = Required<Omit<TokenFields, "clientSecret" | "scope" | "tokenType">>;

export const userName = (number: number): string => `user-${number}@school.example`;
const unique = (number: number): string => number.toString(16).padStart(32, "0");
const grantToken = (number: number): string => `1000.grant.${unique(number)}`;
const refreshToken = (number: number): string => `1000.refresh.${unique(number).repeat(2)}`;
export const accessToken = (number: number): string => `1000.access.${unique(number).repeat(2)}`;

/** A token as Zoho gives them out, with something in every field that is looked up. */
export function benchToken(number: number): BenchToken {
  return {
    userName: userName(number),
    clientId: CLIENT_ID,
    redirectUrl: "https://portal.example/auth/callback",
    grantToken: grantToken(number),
    refreshToken: refreshToken(number),
    accessToken: accessToken(number),
    expiresAt: 1_800_000_000_000,
    apiDomain: "https://www.zohoapis.eu",
  };
}

/** What a token is looked up by, as the look-ups are called. */
export const FIELDS = ["user", "account", "access", "refresh", "grant"] as const;
export type Field = (typeof FIELDS)[number];
export const FIELD_NAMES: Readonly<Record<Field, string>> = {
  user: "user",
  account: "account",
  access: "access token",
  refresh: "refresh token",
  grant: "grant token",
};

/** Made while a call is measured, so of nothing but what it looks for. */
export function queryBy(field: Field, number: number): TokenQuery {
  switch (field) {
    case "user":
      return { userName: userName(number) };
    case "account":
      return { userName: userName(number), clientId: CLIENT_ID };
    case "access":
      return { accessToken: accessToken(number) };
    case "refresh":
      return { refreshToken: refreshToken(number) };
    case "grant":
      return { grantToken: grantToken(number) };
  }
}

/** Goes round and round through 0 … count - 1, in an order that no cache likes. */
export function cycle(count: number): () => number {
  let position = 0;
  const stride = Math.max(1, Math.floor(count * 0.618)) | 1;
  return () => {
    position = (position + stride) % count;
    return position;
  };
}

/** A task about another of the first `count` tokens with each call. */
export function each(count: number, task: (number: number) => Promise<unknown>): () => Promise<unknown> {
  const next = cycle(count);
  return () => task(next());
}

/** Runs the task for 0 … count - 1, some side by side. */
export async function fill(count: number, task: (number: number) => Promise<unknown>, width = 200): Promise<void> {
  for (let start = 0; start < count; start += width) {
    await Promise.all(Array.from({ length: Math.min(width, count - start) }, (_, offset) => task(start + offset)));
  }
}
