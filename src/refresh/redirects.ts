/** As many as the Fetch standard follows. */
const MAX_REDIRECTS = 20;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
/** What a server of another origin must not see. */
const CREDENTIALS = ["authorization", "cookie", "proxy-authorization"];

/**
 * `fetch`, but a redirect to another origin never carries the request's credentials. Browsers see to that
 * (https://fetch.spec.whatwg.org/#http-redirect-fetch, step 13) and let no script follow redirects itself.
 * Elsewhere not all versions of all runtimes do, so there it is done here, by the same standard.
 */
export async function fetchSafely(request: Request): Promise<Response> {
  if (request.redirect !== "follow" || isBrowser()) return fetch(request);
  let next = new Request(request, { redirect: "manual" });
  for (let count = 0; count <= MAX_REDIRECTS; count++) {
    const spare = next.body ? next.clone() : undefined;
    const response = await fetch(next).catch((error: unknown) => {
      discard(spare);
      throw error;
    });
    const location = REDIRECTS.includes(response.status) ? response.headers.get("location") : null;
    if (location === null) {
      discard(spare);
      return response;
    }
    discard(response);
    next = redirected(next, spare, response.status, new URL(location, next.url));
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

function redirected(request: Request, spare: Request | undefined, status: number, url: URL): Request {
  const { method, signal } = request;
  const becomesGet = status === 303 ? method !== "GET" && method !== "HEAD" : (status === 301 || status === 302) && method === "POST";
  const headers = new Headers(request.headers);
  if (url.origin !== new URL(request.url).origin) for (const name of CREDENTIALS) headers.delete(name);
  const init = { headers, signal, redirect: "manual" } as const;
  if (!becomesGet) {
    // duplex is not in TypeScript's own types yet; Node refuses a stream without it.
    const body = spare ? { body: spare.body, duplex: "half" } : {};
    return new Request(url, { ...init, method, ...body });
  }
  discard(spare);
  for (const name of ["content-encoding", "content-language", "content-location", "content-type", "content-length"]) headers.delete(name);
  return new Request(url, { ...init, method: "GET" });
}
