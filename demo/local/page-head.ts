import { PORTAL_CLIENT } from "../stand-in/client.ts";

/** What the page's head says where the page is served beside the stand-in. First of all the policy: it holds only for what follows it. */
export function pageHead(standInOrigin: string, accountsServer: string): Record<string, string>[] {
  return [
    { "http-equiv": "Content-Security-Policy", content: contentSecurityPolicy(standInOrigin) },
    { name: "accounts-server", content: standInOrigin },
    { name: "client-id", content: PORTAL_CLIENT.id },
    { name: "inspector", content: "local" },
    // With the real Zoho in .dev.vars the Worker's users are real.
    { name: "academy", content: accountsServer === standInOrigin ? "made-up" : "real" },
  ];
}

/** The page's own files, its Worker, and the one other server that it calls. 'self' covers the web socket of Vite's dev client. */
function contentSecurityPolicy(standInOrigin: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${standInOrigin}`,
    "form-action 'none'",
    "base-uri 'none'",
  ].join("; ");
}
