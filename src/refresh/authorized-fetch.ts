import { OptionInvalidError, TokenInvalidError } from "../errors.ts";
import type { StoredToken, TokenQuery } from "../token.ts";
import { originOf } from "./options.ts";
import { discard, fetchSafely } from "./redirects.ts";
import type { RefreshNotes } from "./refresh-notes.ts";

export interface AuthorizedFetchParts {
  readonly scheme: string;
  readonly origins: readonly string[] | undefined;
  /** The stored token, fresh or not. */
  readonly find: (query: TokenQuery, signal: AbortSignal) => Promise<StoredToken>;
  /** The token or one that is fresh, and that is not the `rejected` access token. */
  readonly freshen: (token: StoredToken, rejected: string | undefined, signal: AbortSignal) => Promise<StoredToken>;
  readonly notesOf: (id: string) => Promise<RefreshNotes>;
}

/** `fetch` with the access token in the header, and once more with a new one where the API answers 401. */
export async function authorizedFetch(
  parts: AuthorizedFetchParts,
  query: TokenQuery,
  input: string | URL | Request,
  init?: RequestInit,
): Promise<Response> {
  const request = new Request(input, init);
  const { signal } = request;
  // Once more for what is sent: not in all runtimes has a copy all that it was made with. In Node a copy's signal also follows that of
  // the copy in between alone, and no more once that is collected.
  const { body: _inRequest, ...members } = init ?? {};
  try {
    const found = await parts.find(query, signal);
    // Before anything is sent: no refresh for a request that will not be made.
    assertAllowed(parts, request, found);
    const token = await parts.freshen(found, undefined, signal);
    // Before the request is copied: a copy that is not sent would keep its body open.
    const headers = authorized(parts, request, token);
    const response = await fetchSafely(new Request(request.clone(), { ...members, headers, signal }), init);
    if (response.status !== 401 || isElsewhere(response, request)) return response;
    const notes = await parts.notesOf(token.id);
    if (await notes.isRefreshOfNoHelp(token)) return response;
    discard(response);
    // By its id: the query may find another token by now, or none.
    const stored = await parts.find({ id: token.id }, signal);
    const fresh = await parts.freshen(stored, token.accessToken, signal);
    const repeated = await fetchSafely(new Request(request, { ...members, headers: authorized(parts, request, fresh), signal }), init);
    if (repeated.status === 401) await notes.refreshDidNotHelp(fresh);
    return repeated;
  } finally {
    if (!request.bodyUsed) discard(request);
  }
}

/** The request's headers with the token among them. @throws {OptionInvalidError} where it may not be sent there */
function authorized(parts: AuthorizedFetchParts, request: Request, token: StoredToken): Headers {
  assertAllowed(parts, request, token);
  const headers = new Headers(request.headers);
  try {
    headers.set("authorization", `${parts.scheme} ${token.accessToken}`);
  } catch {
    // The platform's own error quotes the header.
    throw new TokenInvalidError("The stored access token has characters that no header can carry.");
  }
  return headers;
}

/** @throws {OptionInvalidError} */
function assertAllowed({ origins }: AuthorizedFetchParts, request: Request, { apiDomain }: StoredToken): void {
  const origin = originOf(request.url);
  const own = apiDomain === undefined ? undefined : originOf(apiDomain);
  if (origin !== undefined && (origins ? origins.includes(origin) : origin === own)) return;
  throw new OptionInvalidError(
    "The token may not be sent to this origin; nothing was sent. Name it in the option origins, or save the token with its apiDomain.",
  );
}

/** Whether a redirect led to another origin, whose 401 says nothing about a token that it was not shown. */
function isElsewhere(response: Response, request: Request): boolean {
  return response.url !== "" && originOf(response.url) !== originOf(request.url);
}
