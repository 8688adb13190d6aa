import type { EdgeTokenStore, TokenStore } from "../token-store.ts";

/** Whether a save may be seen later elsewhere. One that does not tell counts as strong. */
export function isEventual(store: TokenStore): boolean {
  return (store as Partial<EdgeTokenStore>).capabilities?.consistency === "eventual";
}
