import { SERVER_TIMEOUT_MS } from "./settings.ts";

/** No answer came: the server is down, or this browser is offline. */
export class ServerUnreachableError extends Error {
  override readonly name = "ServerUnreachableError";
}

/** `fetch` that never waits for ever, sends no cookies, and tells "no answer" from a mistake of ours. */
export async function request(url: URL, init: RequestInit = {}): Promise<Response> {
  const signals = [AbortSignal.timeout(SERVER_TIMEOUT_MS), ...(init.signal ? [init.signal] : [])];
  try {
    return await fetch(url, { credentials: "omit", cache: "no-store", ...init, signal: AbortSignal.any(signals) });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ServerUnreachableError(`${url.origin} does not answer.`, { cause: error });
  }
}
