/** What an error of a driver says, as far as the store acts on it. */
export type DriverFailure =
  /** Refused, so not done. `retryAfterMs` is what the storage asked for, where it named a time. */
  | { readonly kind: "rate-limited"; readonly retryAfterMs: number | undefined }
  /** This Worker invocation has made all the requests that it may; another one can go on. */
  | { readonly kind: "operations-spent" }
  /** Refused for want of room in a browser's storage, so not done. */
  | { readonly kind: "full" }
  /** Anything else: whether it was done is not known. */
  | { readonly kind: "failed" };

/** HTTP status "Too Many Requests" (RFC 6585 section 4). */
const TOO_MANY_REQUESTS = 429;

/**
 * The binding of Workers KV tells the status in its message alone: "KV PUT failed: 429 Too Many Requests".
 * https://developers.cloudflare.com/kv/api/write-key-value-pairs/#limits-to-kv-writes-to-the-same-key
 */
const KV_REFUSED = /^KV [A-Z_]+ failed: 429\b/;

/** https://developers.cloudflare.com/workers/observability/errors/ */
const OPERATIONS_SPENT = /^Too many (?:API requests by single worker invocation|subrequests)/i;

/** Which failure it is; by what the error carries, since each driver's client has a class of its own. */
export function driverFailure(error: unknown): DriverFailure {
  const { name, statusCode, status, message, response } = (error ?? {}) as Record<
    "name" | "statusCode" | "status" | "message" | "response",
    unknown
  >;
  const text = typeof message === "string" ? message : "";
  if (statusCode === TOO_MANY_REQUESTS || status === TOO_MANY_REQUESTS || KV_REFUSED.test(text)) {
    return { kind: "rate-limited", retryAfterMs: retryAfterOf(response) };
  }
  if (name === "QuotaExceededError") return { kind: "full" };
  return { kind: OPERATIONS_SPENT.test(text) ? "operations-spent" : "failed" };
}

/** In seconds (RFC 9110 section 10.2.3); the other form, a date, would need a clock that agrees with the server's. */
function retryAfterOf(response: unknown): number | undefined {
  const { headers } = (response ?? {}) as { headers?: Partial<Headers> };
  const value = typeof headers?.get === "function" ? headers.get("retry-after") : null;
  return value && /^\d{1,9}$/.test(value) ? Number(value) * 1000 : undefined;
}
