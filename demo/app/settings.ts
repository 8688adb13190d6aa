/** Where log-ins happen; at Zoho the origin of the data centre, such as https://accounts.zoho.com. */
export const ACCOUNTS_SERVER: string = metaContent("accounts-server");

/** Names this page at the accounts server. It is no secret: a browser can't keep one. */
export const CLIENT_ID: string = metaContent("client-id");

export const SCOPE = "ZohoCRM.users.READ,ZohoCRM.modules.READ";

/** How long to wait for the servers before they count as unreachable. */
export const SERVER_TIMEOUT_MS = 10_000;

function metaContent(name: string): string {
  const content = document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content;
  if (!content) throw new Error(`The page has no <meta name="${name}">.`);
  return content;
}
