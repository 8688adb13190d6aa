import { resolveLookup } from "edge-token-store";
import type { LookupStep, StoredToken, TokenQuery } from "edge-token-store";
import { CLIENT_ID } from "../settings.ts";
import { store } from "../store.ts";

export interface LookUp {
  query: TokenQuery;
  /** What is looked up by, in order; nothing where no rule applies to the query. */
  steps: string[];
  found: StoredToken | null;
  milliseconds: number;
}

export async function lookUp(query: TokenQuery): Promise<LookUp> {
  const steps = resolveLookup(query, { clientId: CLIENT_ID }).map(stepName);
  const start = performance.now();
  const found = await store.findToken(query);
  return { query, steps, found, milliseconds: performance.now() - start };
}

function stepName(step: LookupStep): string {
  if (step.by !== "account") return step.by === "user" || step.by === "id" ? step.by : `${step.by} token`;
  return step.clientId === undefined ? "user without a client" : "user and client";
}

export interface StoredLookUp {
  label: string;
  fields: readonly ("id" | "userName" | "clientId" | "accessToken" | "grantToken" | "refreshToken")[];
}

export const STORED_LOOK_UPS: readonly StoredLookUp[] = [
  { label: "Id", fields: ["id"] },
  { label: "User", fields: ["userName"] },
  { label: "User + client", fields: ["userName", "clientId"] },
  { label: "Access token", fields: ["accessToken"] },
  { label: "Grant token", fields: ["grantToken"] },
  { label: "Refresh token", fields: ["refreshToken"] },
];

/** The query for a stored token by the fields; undefined where it has no value for one of them. */
export function storedQuery(token: StoredToken, { fields }: StoredLookUp): TokenQuery | undefined {
  const values = fields.map((field) => [field, token[field]] as const);
  return values.every(([, value]) => value !== undefined) ? Object.fromEntries(values) : undefined;
}

export const SEARCH_FIELDS: readonly (keyof TokenQuery)[] = [
  "userName",
  "id",
  "accessToken",
  "grantToken",
  "refreshToken",
  "clientId",
  "scope",
];
