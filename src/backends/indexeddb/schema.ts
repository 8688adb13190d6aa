/** Version of the database's layout, told in storage-schema.md. */
export const DATABASE_VERSION = 1;

/** One database a namespace: nothing in it is anybody else's. `keys` holds what the page can use and not read. */
export type StoreName = "records" | "keys";

/** `digest` for HMAC-SHA-256, `seal` for AES-256-GCM. */
export type KeyName = "digest" | "seal";

export function databaseName(namespace: string): string {
  return `edge-token-store:${namespace}`;
}
