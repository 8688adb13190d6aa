// What a page bundles that refreshes tokens in its own origin.
export { createIndexedDBTokenStore } from "../../src/backends/indexeddb/index.ts";
export { createWebLock } from "../../src/locks/index.ts";
export { createTokenRefresher } from "../../src/refresh/index.ts";
