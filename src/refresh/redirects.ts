/** As many as the Fetch standard follows. */
const MAX_REDIRECTS = 20;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
/** What a server of another origin must not see. */
const CREDENTIALS = ["authorization", "cookie", "proxy-authorization"];
/** What says something of a body that is not sent any more. */
const BODY_HEADERS = ["content-encoding", "content-language", "content-location", "content-type", "content-length"];

/**
 * `fetch`, but a redirect to another origin never carries the request's credentials. Browsers see to that
 * (https://fetch.spec.whatwg.org/#http-redirect-fetch, step 13) and let no script follow redirects itself.
 * Elsewhere not all versions of all runtimes do, so there it is done here, by the same standard.
 *
 * @param init what the request was made with: a runtime's own members, such as undici's `dispatcher`, can't be read from a request
 */
export async function fetchSafely(request: Request, init?: RequestInit): Promise<Response> {
  if (request.redirect !== "follow" || isBrowser()) return fetch(request);
  let next = new Request(request, { redirect: "manual" });
  for (let count = 0; count <= MAX_REDIRECTS; count++) {
    const spare = next.body ? next.clone() : undefined;
    try {
      const response = await fetch(next);
      const location = REDIRECTS.includes(response.status) ? response.headers.get("location") : null;
      if (location === null) return count > 0 ? Object.defineProperty(response, "redirected", { value: true }) : response;
      discard(response);
      next = await redirected(next, spare, { status: response.status, url: new URL(location, next.url) }, init);
    } finally {
      if (!spare?.bodyUsed) discard(spare);
    }
  }
  throw new TypeError(`The server redirected more than ${MAX_REDIRECTS} times.`);
}

/** Lets go of a body that nobody will read, so that nothing buffers it. */
export function discard(message: Request | Response | undefined): void {
  message?.body?.cancel().catch(() => {});
}

function isBrowser(): boolean {
  // Every browser says so, and no other runtime does: those are "Node.js/…", "Deno/…", "Bun/…", "Cloudflare-Workers".
  return globalThis.navigator?.userAgent?.startsWith("Mozilla/") ?? false;
}

async function redirected(
  request: Request,
  spare: Request | undefined,
  { status, url }: { status: number; url: URL },
  init: RequestInit | undefined,
): Promise<Request> {
  if (!/^https?:$/.test(url.protocol)) throw new TypeError("The server redirected to no URL of HTTP.");
  const { method, signal } = request;
  const becomesGet = status === 303 ? method !== "GET" && method !== "HEAD" : (status === 301 || status === 302) && method === "POST";
  const headers = new Headers(request.headers);
  if (url.origin !== new URL(request.url).origin) for (const name of CREDENTIALS) headers.delete(name);
  if (becomesGet) for (const name of BODY_HEADERS) headers.delete(name);
  // Whole, so that its length is sent again. It is in memory anyway, since the request before was a copy.
  const body = becomesGet || !spare ? null : await spare.arrayBuffer();
  return new Request(url, { ...init, method: becomesGet ? "GET" : method, headers, body, signal, redirect: "manual" });
}
