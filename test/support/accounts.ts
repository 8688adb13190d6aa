import type { EdgeTokenStore, StoredToken, TokenInput } from "../../src/index.ts";
import { TokenStoreError } from "../../src/index.ts";

/** What the processes of one test save under, and with which secret. */
export const WRITER_SECRET = "a-secret-that-the-processes-of-one-test-share";
export const CLIENT = "client";

export function userOf(account: number): string {
  return `user-${account}`;
}

/** Saves until it is done: where others save one token without a pause, a save may be told that it lost once too often. */
export async function saveAtLast(store: EdgeTokenStore, token: TokenInput): Promise<StoredToken> {
  for (;;) {
    try {
      return await store.saveToken(token);
    } catch (error) {
      if (!(error instanceof TokenStoreError) || error.code !== "ERR_CONFLICT") throw error;
    }
  }
}
