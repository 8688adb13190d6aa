import type { TokenStoreErrorCode } from "../errors.ts";
import { describeValue, isEqual, matches } from "./equality.ts";

/** What a case rejects with where a promise is not kept. Runners that draw differences find both sides in it. */
export class BrokenPromiseError extends Error {
  override readonly name = "BrokenPromiseError";
  /** What the store gave. */
  readonly actual: unknown;
  /** What it promises. */
  readonly expected: unknown;

  constructor(message: string, actual: unknown, expected: unknown) {
    super(message);
    this.actual = actual;
    this.expected = expected;
  }
}

export interface Expectation {
  readonly not: Omit<Expectation, "not">;
  /** The very same value. */
  toBe(expected: unknown): void;
  toBeNull(): void;
  /** Equal through and through; a property that is undefined counts as not there. */
  toEqual(expected: unknown): void;
  /** The same, of the properties that are expected. */
  toMatchObject(expected: object): void;
  toHaveLength(expected: number): void;
  toHaveProperty(name: string): void;
}

/** No test runner's: the suite runs under any of them, and where there is none. */
export function expect(actual: unknown, subject = ""): Expectation {
  return { ...expectations(actual, subject, false), not: expectations(actual, subject, true) };
}

function expectations(actual: unknown, subject: string, negated: boolean): Omit<Expectation, "not"> {
  const check = (holds: boolean, verb: string, expected: unknown): void => {
    if (holds !== negated) return;
    const message = `expected ${describeValue(actual)} ${negated ? "not " : ""}${verb} ${describeValue(expected)}`;
    throw new BrokenPromiseError(subject ? `${subject}: ${message}` : message, actual, expected);
  };
  return {
    toBe: (expected) => check(Object.is(actual, expected), "to be", expected),
    toBeNull: () => check(actual === null, "to be", null),
    toEqual: (expected) => check(isEqual(actual, expected), "to equal", expected),
    toMatchObject: (expected) => check(matches(actual, expected), "to match", expected),
    toHaveLength: (expected) => check((actual as { length?: unknown } | null)?.length === expected, "to have the length", expected),
    toHaveProperty: (name) =>
      check(typeof actual === "object" && actual !== null && Object.hasOwn(actual, name), "to have the property", name),
  };
}

/** @throws {BrokenPromiseError} where the promise is kept, or rejects with another code */
export async function expectCode(promise: Promise<unknown>, code: TokenStoreErrorCode): Promise<void> {
  const outcome = await promise.then(
    (value) => new BrokenPromiseError(`expected a rejection with ${code}, got ${describeValue(value)}`, value, code),
    (error: unknown) => wrongCode(error, code),
  );
  if (outcome) throw outcome;
}

/** @throws {BrokenPromiseError} where the call does not throw, or throws another code */
export function expectThrows(call: () => unknown, code: TokenStoreErrorCode): void {
  let value: unknown;
  try {
    value = call();
  } catch (error) {
    const wrong = wrongCode(error, code);
    if (wrong) throw wrong;
    return;
  }
  throw new BrokenPromiseError(`expected ${code} to be thrown, got ${describeValue(value)}`, value, code);
}

function wrongCode(error: unknown, code: TokenStoreErrorCode): BrokenPromiseError | undefined {
  const { code: actual } = (error ?? {}) as { code?: unknown };
  if (actual === code) return undefined;
  return Object.assign(new BrokenPromiseError(`expected an error with ${code}, got ${describeValue(actual ?? error)}`, actual, code), {
    cause: error,
  });
}
