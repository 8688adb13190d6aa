import type { ObjectNamespace } from "edge-token-store/durable-object";
import type { SessionCalls } from "./session-object.ts";

/** What wrangler.jsonc and the secrets give this Worker. */
export interface Bindings {
  /** A KV namespace. Typed by the driver that uses it. */
  TOKENS: never;
  /** Durable Objects of `TokenStoreObject`: the lock, and the tokens where TOKEN_STORAGE says so. */
  TOKEN_OBJECTS: ObjectNamespace;
  /** Durable Objects of `SessionObject`, one for each user. */
  SESSIONS: SessionNamespace;

  /** Where the tokens are: "kv" or "durable-object". */
  TOKEN_STORAGE: string;
  /** The origin of the accounts server, such as https://accounts.zoho.com. */
  ZOHO_ACCOUNTS_SERVER: string;
  ZOHO_CLIENT_ID: string;
  /** Separated by commas, as Zoho has them. */
  ZOHO_SCOPE: string;

  // Secrets: `wrangler secret put`, or demo/.dev.vars on your own machine.
  ZOHO_CLIENT_SECRET: string;
  /** Seals the tokens: 32 characters or more. */
  TOKEN_SECRET: string;
  /** The secret before this one, while `rotateSecret` moves the records. */
  TOKEN_SECRET_PREVIOUS?: string;
}

export interface SessionNamespace {
  idFromName(name: string): SessionId;
  /** Throws where it is no id of this namespace. */
  idFromString(id: string): SessionId;
  get(id: SessionId): SessionCalls;
}

interface SessionId {
  toString(): string;
}

/** What Hono's context holds here. */
export interface Portal {
  Bindings: Bindings;
}
