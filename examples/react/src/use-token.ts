import type { EdgeTokenStore } from "edge-token-store";
import { useSyncExternalStore } from "react";
import { TokenSource } from "./token-source.ts";
import type { TokenState } from "./token-source.ts";

/** The sources of each store by user name: all components that ask for a user see one snapshot. */
const sources = new WeakMap<EdgeTokenStore, Map<string, TokenSource>>();

/** The token of a user, kept current, also by what other tabs do. `reload` tries again after an error. */
export function useToken(store: EdgeTokenStore, userName: string): TokenState & { reload: () => void } {
  const source = sourceOf(store, userName);
  const state = useSyncExternalStore(source.subscribe, source.getSnapshot);
  return { ...state, reload: source.reload };
}

function sourceOf(store: EdgeTokenStore, userName: string): TokenSource {
  let ofStore = sources.get(store);
  if (!ofStore) sources.set(store, (ofStore = new Map()));
  let source = ofStore.get(userName);
  // It stays, and costs nothing while nobody listens: a component that React mounts twice finds it again.
  if (!source) ofStore.set(userName, (source = new TokenSource(store, userName)));
  return source;
}
