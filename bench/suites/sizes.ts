import { fileURLToPath } from "node:url";
import { bundleSize } from "../../test/size/bundle.ts";
import { entryPointSizes } from "../../test/size/entry-points.ts";
import type { Size } from "../lib/results.ts";

const PEERS: readonly { name: string; code: string }[] = [
  { name: "idb-keyval (no look-ups, no sealing)", code: `export * from "idb-keyval"` },
  { name: "localforage (no look-ups, no sealing)", code: `export { default } from "localforage"` },
  { name: "dexie (no sealing)", code: `export { default } from "dexie"` },
  { name: "oidc-client-ts (UserManager and web storage)", code: `export { WebStorageStateStore, UserManager } from "oidc-client-ts"` },
  { name: "auth0-spa-js (Auth0Client)", code: `export { Auth0Client } from "@auth0/auth0-spa-js"` },
  { name: "msal-browser (PublicClientApplication)", code: `export { PublicClientApplication } from "@azure/msal-browser"` },
  { name: "atproto's oauth-client-browser", code: `export { BrowserOAuthClient } from "@atproto/oauth-client-browser"` },
];

/** What a page downloads for each: our entry points as `npm run check` measures them, and the peers in the same way. */
export async function measureSizes(): Promise<Size[]> {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const sizes: Size[] = (await entryPointSizes()).map(({ name, bytes }) => ({ id: name, name, bytes }));
  for (const { name, code } of PEERS) sizes.push({ id: code.match(/"(.*)"/)![1]!, name, bytes: await bundleSize(code, { root }) });
  return sizes;
}
