import { SERVER_TIMEOUT_MS } from "../settings.ts";
import { ServerUnreachableError } from "../server-request.ts";

/** The Worker refused, in its own words. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Asks the Worker of this page's own origin. The cookie goes along by itself, and no script ever sees it. */
export async function askWorker<Answer>(path: string, method: "GET" | "POST" | "DELETE" = "GET"): Promise<Answer> {
  const response = await send(path, method);
  const body = (await response.json().catch(() => undefined)) as (Answer & { code?: string; message?: string }) | undefined;
  if (!response.ok || body === undefined)
    throw new WorkerError(body?.code ?? "FAILED", body?.message ?? `The Worker's answer (${response.status}) can't be read.`);
  return body;
}

/** How a call's access token was had, as the Worker tells: "stored", "refreshed" or "joined". */
export async function tokenSource(path: string): Promise<string> {
  const response = await send(path, "GET");
  return /token;desc=(\w+)/.exec(response.headers.get("server-timing") ?? "")?.[1] ?? `failed (${response.status})`;
}

async function send(path: string, method: string): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      // No page of another site can send this header.
      ...(method === "GET" ? {} : { headers: { "x-portal": "1" } }),
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(SERVER_TIMEOUT_MS * 3),
    });
  } catch (error) {
    throw new ServerUnreachableError("The Worker does not answer.", { cause: error });
  }
}
