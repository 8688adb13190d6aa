/** Where log-ins of the browser's own happen; at Zoho the origin of the data centre, such as https://accounts.zoho.com. */
export const ACCOUNTS_SERVER: string = metaContent("accounts-server") ?? "";

/** Names this page at the accounts server. It is no secret: a browser can't keep one. */
export const CLIENT_ID: string = metaContent("client-id") ?? "none";

/** Whether this page is served beside the stand-in. A deployed portal has its Worker alone. */
export const STAND_IN: boolean = ACCOUNTS_SERVER !== "";

/** Whether the Worker tells what it stores; it does on your own machine only. */
export const INSPECTOR: boolean = metaContent("inspector") === "local";

/** Whether the Worker's users are the stand-in's. */
export const MADE_UP: boolean = metaContent("academy") === "made-up";

export const SCOPE = "ZohoCRM.users.READ,ZohoCRM.modules.READ";

/** How long to wait for the servers before they count as unreachable. */
export const SERVER_TIMEOUT_MS = 10_000;

function metaContent(name: string): string | undefined {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content;
}
