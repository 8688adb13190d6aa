import type { EdgeTokenStore } from "edge-token-store";
import { createIndexedDBTokenStore } from "edge-token-store/indexeddb";
import { CLIENT_ID } from "./settings.ts";

/** The one store of this page. All tabs of the origin share what is in it. */
export const store: EdgeTokenStore = createIndexedDBTokenStore({ clientId: CLIENT_ID });
