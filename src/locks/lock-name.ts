import { shortDigest } from "./short-digest.ts";

/** The lock of one token. The name may stand in a Redis key or in localStorage, and an id may be a caller's user name: so it is digested. */
export async function lockName(namespace: string, id: string): Promise<string> {
  return `edge-token-store:refresh:${await shortDigest(`${namespace}:${id}`)}`;
}
