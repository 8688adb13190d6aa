import { safeCause } from "../../cause.ts";
import { OptionInvalidError, StoreQuotaError, StoreRateLimitedError, StoreUnavailableError } from "../../errors.ts";
import type { TokenStoreError } from "../../errors.ts";
import type { LockCalls, ObjectNamespace, RecordCalls } from "./protocol.ts";

/** How often a call is made before its failure counts; the platform has made up to five attempts of its own for each. */
const MAX_TRIES = 3;
/** The longest pause after the first failure, in milliseconds, doubled after each further one; the real one is random below it. */
const MAX_PAUSE_MS = 100;

/** @throws {OptionInvalidError} where it is not a binding to a Durable Object class */
export function assertNamespace(namespace: unknown): asserts namespace is ObjectNamespace {
  const { idFromName, get } = (namespace ?? {}) as Partial<Record<keyof ObjectNamespace, unknown>>;
  if (typeof idFromName === "function" && typeof get === "function") return;
  throw new OptionInvalidError(
    "The first argument must be a binding to the class TokenStoreObject from your Worker's env: see durable_objects in its wrangler configuration.",
  );
}

/**
 * Calls the object of that name, again where the failure is a passing one: the object was being restarted or moved, or the
 * connection was lost. What is called must bear to be called twice; `repeated` tells that it may have been.
 *
 * A failure breaks the stub, so each attempt gets a new one
 * (https://developers.cloudflare.com/durable-objects/best-practices/error-handling/).
 *
 * @throws the signal's reason, where it is aborted, instead of another attempt
 */
export async function callObject<Result>(
  namespace: ObjectNamespace,
  name: string,
  call: (object: RecordCalls & LockCalls, repeated: boolean) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    signal?.throwIfAborted();
    try {
      return await call(namespace.get(namespace.idFromName(name)) as RecordCalls & LockCalls, tries > 1);
    } catch (error) {
      if (!isPassing(error) || tries === MAX_TRIES) throw translated(error);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * MAX_PAUSE_MS * 2 ** (tries - 1)));
  }
}

/** What the platform tells of a failure, beside a message. */
interface CallFailure {
  readonly message?: string;
  /** The object has too much to do, and more calls would make it worse. */
  readonly overloaded?: boolean;
  readonly retryable?: boolean;
  readonly durableObjectReset?: boolean;
}

function isPassing(error: unknown): boolean {
  const { overloaded, retryable, durableObjectReset } = (error ?? {}) as CallFailure;
  return !overloaded && Boolean(retryable || durableObjectReset);
}

function translated(error: unknown): TokenStoreError {
  const { message = "", overloaded } = (error ?? {}) as CallFailure;
  const cause = safeCause(error);
  if (overloaded) {
    return new StoreRateLimitedError(
      "The Durable Object has more requests than it can serve. Try again later, or spread the store over more objects.",
      // A try before this one may have been done, and only its answer lost.
      { cause, mayHaveWritten: true },
    );
  }
  if (message.includes("SQLITE_FULL")) {
    return new StoreQuotaError("The Durable Object is full. Nothing was written; delete tokens, or spread the store over more objects.", {
      cause,
    });
  }
  if (message.includes("does not implement")) {
    return new OptionInvalidError(
      "The binding's class is another one than TokenStoreObject of this version. Export that one, or a subclass of it.",
      {
        cause,
      },
    );
  }
  if (message.includes("SQL is not enabled")) {
    return new OptionInvalidError("TokenStoreObject needs SQLite storage: name the class in new_sqlite_classes, not in new_classes.", {
      cause,
    });
  }
  return new StoreUnavailableError("The Durable Object failed or can't be reached. Nothing is known about the token; try again later.", {
    cause,
  });
}
