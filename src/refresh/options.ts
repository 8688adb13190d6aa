import { OptionInvalidError } from "../errors.ts";
import { defaultLock } from "../locks/default-lock.ts";
import type { Lock } from "../locks/lock.ts";
import { refuseUnknown } from "../options.ts";
import type { TokenStore } from "../token-store.ts";
import type { Refresh } from "./ask-provider.ts";

/** How to refresh, and with whom to take turns. Only `store` and `refresh` are required. */
export interface TokenRefresherOptions {
  /** Where the tokens are. Its six methods are enough. */
  store: TokenStore;
  /**
   * Asks the provider for a new access token, with the token's `refreshToken`. Return the `Response` of the
   * token endpoint as it is, or the grant that you read from it. It is called by one at a time, and its
   * signal is aborted after `refreshTimeoutMs`.
   */
  refresh: Refresh;
  /**
   * Who shares it refreshes once; default Web Locks (all tabs of an origin), else a lock of this process.
   * Several processes need `createRedisLock`, isolates a Durable Object's.
   */
  lock?: Lock;
  /**
   * How many seconds an access token that is handed out stays valid at least, 0 to 86,400; default 60. One that a
   * refresh has brought for less than twice that is refreshed again when half its life is over, not at every use.
   */
  minValiditySeconds?: number;
  /**
   * By how many seconds more, on average, a token is refreshed early, 0 to 86,400; default 60. The real number is
   * random for each refresher and token, so that many don't wake in the same second.
   */
  jitterSeconds?: number;
  /** What stands before the token in the header `Authorization`; default `"Bearer"`. Zoho's is `"Zoho-oauthtoken"`. */
  scheme?: string;
  /** The origins that `fetch` may send a token to, such as `"https://api.example.com"`; default the one of the token's `apiDomain`. */
  origins?: readonly string[];
  /**
   * How long to wait for the lock, in milliseconds; default 30,000. Where its holder is frozen, a second lock
   * decides who refreshes instead, so it can take twice that. Longer than `refreshTimeoutMs`, or a slow refresh
   * counts as a dead one.
   */
  lockTimeoutMs?: number;
  /** How long `refresh` may take, in milliseconds; default 20,000. */
  refreshTimeoutMs?: number;
  /** Separates the locks of stores whose tokens may have the same ids; default `"tokens"`, as that of the stores. */
  namespace?: string;
  /**
   * Is given each refresh under way, where the platform ends what outlives a request:
   * `(promise) => context.waitUntil(promise)` in a Worker. The promise never rejects.
   */
  waitUntil?: (promise: Promise<void>) => void;
  /** The clock, in epoch milliseconds; default `Date.now`. */
  now?: () => number;
  /** Random numbers from 0 to below 1; default `Math.random`. */
  random?: () => number;
}

export type ParsedRefresherOptions = Required<Omit<TokenRefresherOptions, "origins">> & { readonly origins: readonly string[] | undefined };

const DAY_SECONDS = 24 * 60 * 60;
const NAMES: readonly string[] = [
  "store",
  "refresh",
  "lock",
  "minValiditySeconds",
  "jitterSeconds",
  "scheme",
  "origins",
  "lockTimeoutMs",
  "refreshTimeoutMs",
  "namespace",
  "waitUntil",
  "now",
  "random",
] satisfies (keyof TokenRefresherOptions)[];

/** RFC 9110 section 5.6.2. */
const HTTP_TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** @throws {OptionInvalidError} */
export function parseRefresherOptions(options: unknown): ParsedRefresherOptions {
  refuseUnknown(options, NAMES);
  const given = options as Partial<TokenRefresherOptions>;
  const { store, refresh, lock = defaultLock(), scheme = "Bearer", namespace = "tokens" } = given;
  const { waitUntil = () => {}, now = Date.now, random = Math.random } = given;
  if (typeof store?.findToken !== "function" || typeof store.saveToken !== "function") {
    throw new OptionInvalidError("The option store must be a token store.");
  }
  if (typeof lock?.request !== "function") throw new OptionInvalidError("The option lock must be a lock, such as createRedisLock makes.");
  if (typeof scheme !== "string" || !HTTP_TOKEN.test(scheme)) {
    throw new OptionInvalidError('The option scheme must be one word, such as "Bearer" or "Zoho-oauthtoken".');
  }
  if (typeof namespace !== "string" || namespace === "") throw new OptionInvalidError("The option namespace must be a string.");
  for (const [name, value] of Object.entries({ refresh, waitUntil, now, random })) {
    if (typeof value !== "function") throw new OptionInvalidError(`The option ${name} must be a function.`);
  }
  return {
    store,
    refresh: refresh!,
    lock,
    scheme,
    namespace,
    waitUntil,
    now,
    random,
    origins: parseOrigins(given.origins),
    minValiditySeconds: inRange("minValiditySeconds", given.minValiditySeconds ?? 60, 0, DAY_SECONDS),
    jitterSeconds: inRange("jitterSeconds", given.jitterSeconds ?? 60, 0, DAY_SECONDS),
    lockTimeoutMs: inRange("lockTimeoutMs", given.lockTimeoutMs ?? 30_000, 1, DAY_SECONDS * 1000),
    refreshTimeoutMs: inRange("refreshTimeoutMs", given.refreshTimeoutMs ?? 20_000, 1, DAY_SECONDS * 1000),
  };
}

function inRange(name: string, value: unknown, least: number, most: number): number {
  if (typeof value === "number" && value >= least && value <= most) return value;
  throw new OptionInvalidError(`The option ${name} must be a number from ${least} to ${most}.`);
}

function parseOrigins(origins: unknown): readonly string[] | undefined {
  if (origins === undefined) return undefined;
  if (Array.isArray(origins) && origins.every((origin) => typeof origin === "string" && originOf(origin) === origin)) return origins;
  throw new OptionInvalidError('The option origins must be an array of origins such as "https://api.example.com", without a path.');
}

/** Undefined for what is no URL, and for URLs that have no origin of their own, such as `data:`. */
export function originOf(url: string): string | undefined {
  try {
    const { origin } = new URL(url);
    return origin === "null" ? undefined : origin;
  } catch {
    return undefined;
  }
}
