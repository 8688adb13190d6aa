import { INDEX_NAMES, isIndexName } from "./backend.ts";
import type { IndexName } from "./backend.ts";
import { OptionInvalidError } from "./errors.ts";
import type { LookupStep } from "./lookup.ts";
import type { Retention } from "./retention.ts";
import { shownName } from "./shown-name.ts";
import type { ListOptions, SaveOptions } from "./token-store.ts";

export const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 10_000;
const DEFAULT_MEMO = 256;

/** Options that every store takes. */
export interface TokenStoreOptions {
  /** Separates the stores in one storage: `[a-z0-9][a-z0-9_-]{0,63}`; default `"tokens"`. */
  namespace?: string;
  /** The client this store serves: filled into look-ups by user and into saves that name none; default none. */
  clientId?: string;
  /**
   * Which look-ups to keep an index for, where writes cost money; default all. Looking up by another
   * field rejects with `ERR_OPTION_INVALID`, and saves don't match by it.
   */
  lookups?: readonly IndexName[];
  /**
   * When a session is over: no look-up and no listing returns its token any more, a save over it begins a new
   * session with what it is given alone, and `sweepTokens` removes it. Default: none.
   */
  retention?: RetentionOptions;
  /**
   * How many opened records to keep in memory, so that they need not be decrypted again; default 256, 0 turns
   * it off. The storage is read all the same: a record kept serves only where the bytes just read are the same.
   */
  memo?: number;
  /** The clock, in epoch milliseconds; default `Date.now`. */
  now?: () => number;
}

/** Seconds above zero; a limit that is left out does not apply. */
export interface RetentionOptions {
  /** Since the last save that changed the token (`updatedAt`). */
  idleSeconds?: number;
  /** Since the session's first save (`createdAt`). */
  maxAgeSeconds?: number;
}

export interface ParsedOptions {
  readonly namespace: string;
  readonly clientId: string | undefined;
  readonly lookups: ReadonlySet<IndexName>;
  readonly retention: Retention | undefined;
  readonly memo: number;
  readonly now: () => number;
}

const COMMON_OPTIONS: readonly string[] = [
  "namespace",
  "clientId",
  "lookups",
  "retention",
  "memo",
  "now",
] satisfies (keyof TokenStoreOptions)[];

// No upper case and no punctuation but these: some storages fold case, and ":" separates the parts of a key.
const NAMESPACE = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** Checks the common options and that there are no others but `own`. @throws {OptionInvalidError} */
export function parseOptions(options: unknown, own: readonly string[] = []): ParsedOptions {
  refuseUnknown(options, [...COMMON_OPTIONS, ...own]);
  const { namespace = "tokens", clientId, lookups = INDEX_NAMES, retention, memo = DEFAULT_MEMO, now = Date.now } = options;
  assertOption(
    typeof namespace === "string" && NAMESPACE.test(namespace),
    "namespace",
    '1 to 64 lower-case letters, digits, "_" and "-", beginning with a letter or digit',
  );
  assertOption(clientId === undefined || (typeof clientId === "string" && clientId !== ""), "clientId", "a string that is not empty");
  assertOption(Array.isArray(lookups) && lookups.every(isIndexName), "lookups", `an array of ${INDEX_NAMES.join(", ")}`);
  assertOption(isWholeNumber(memo), "memo", "a whole number of records to keep, or 0 for none");
  assertOption(typeof now === "function", "now", "a function that returns epoch milliseconds");
  return {
    namespace,
    clientId,
    lookups: new Set(lookups),
    retention: retention === undefined ? undefined : parseRetention(retention),
    memo,
    now: () => {
      const at: unknown = now();
      assertOption(Number.isFinite(at), "now", "a function that returns epoch milliseconds");
      return at as number;
    },
  };
}

function parseRetention(retention: unknown): Retention {
  refuseUnknown(retention, ["idleSeconds", "maxAgeSeconds"]);
  const { idleSeconds, maxAgeSeconds } = retention;
  return {
    idleMs: parseSeconds("retention.idleSeconds", idleSeconds) * 1000,
    maxAgeMs: parseSeconds("retention.maxAgeSeconds", maxAgeSeconds) * 1000,
  };
}

function parseSeconds(name: string, seconds: unknown): number {
  assertOption(seconds === undefined || isAboveZero(seconds), name, "a number of seconds above zero");
  return seconds ?? Number.POSITIVE_INFINITY;
}

function isWholeNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isAboveZero(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) > 0;
}

/** @throws {OptionInvalidError} that says what the option must be, unless it is */
export function assertOption(isValid: boolean, name: string, expected: string): asserts isValid {
  if (!isValid) throw new OptionInvalidError(`The option ${name} must be ${expected}.`);
}

/** By what it can do: each window has a class of its own. @throws {OptionInvalidError} */
export function assertSignal(signal: unknown): asserts signal is AbortSignal | undefined {
  const isSignal = typeof (signal as AbortSignal | null | undefined)?.throwIfAborted === "function";
  assertOption(signal === undefined || isSignal, "signal", "an AbortSignal");
}

/** @throws {OptionInvalidError} where the options are no object or hold a name that is not known */
export function refuseUnknown(options: unknown, known: readonly string[]): asserts options is Record<string, unknown> {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new OptionInvalidError("The options must be an object.");
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new OptionInvalidError(`There is no option ${shownName(unknown)}. Known are: ${known.join(", ")}.`);
  }
}

/** @throws {OptionInvalidError} where a look-up has no index */
export function assertIndexed(steps: readonly LookupStep[], { lookups }: Pick<ParsedOptions, "lookups">): void {
  const missing = steps.find(({ by }) => by !== "id" && !lookups.has(by));
  if (!missing) return;
  throw new OptionInvalidError(
    `This store keeps no index for look-ups by ${missing.by}: add it to the option lookups, or look up by another field.`,
  );
}

/** What a save asks of the stored token. @throws {OptionInvalidError} */
export function parseSaveOptions(options: unknown): SaveOptions {
  refuseUnknown(options, ["ifVersion", "ifCreatedAt", "ifRefreshToken"]);
  const { ifVersion, ifCreatedAt, ifRefreshToken = null } = options as SaveOptions;
  assertOption(
    ifVersion === undefined || isWholeNumber(ifVersion),
    "ifVersion",
    "the version of a stored token, or 0 for one that must not exist yet",
  );
  assertOption(ifCreatedAt === undefined || Number.isFinite(ifCreatedAt), "ifCreatedAt", "the createdAt of a stored token");
  assertOption(
    ifRefreshToken === null || typeof ifRefreshToken === "string",
    "ifRefreshToken",
    "the refreshToken of a stored token, or null",
  );
  // As it is now, whatever the caller makes of it while the save waits for its turn.
  return { ...options };
}

/** @throws {OptionInvalidError} */
export function parseListOptions(options: unknown): ListOptions & { pageSize: number } {
  refuseUnknown(options, ["pageSize", "onCorrupt"]);
  const { pageSize = DEFAULT_PAGE_SIZE, onCorrupt } = options as ListOptions;
  assertOption(
    isWholeNumber(pageSize) && pageSize >= 1 && pageSize <= MAX_PAGE_SIZE,
    "pageSize",
    `a whole number from 1 to ${MAX_PAGE_SIZE}`,
  );
  assertOption(onCorrupt === undefined || typeof onCorrupt === "function", "onCorrupt", "a function");
  return onCorrupt ? { pageSize, onCorrupt } : { pageSize };
}
