/** Stands for every value that passes the test. */
export class Matcher {
  readonly description: string;
  readonly test: (value: unknown) => boolean;

  constructor(description: string, test: (value: unknown) => boolean) {
    this.description = description;
    this.test = test;
  }
}

export const anyString: Matcher = new Matcher("any string", (value) => typeof value === "string");
export const anyNumber: Matcher = new Matcher("any number", (value) => typeof value === "number");

export const anyBoolean: Matcher = new Matcher("any boolean", (value) => typeof value === "boolean");

export function matching(pattern: RegExp): Matcher {
  return new Matcher(`a string like ${pattern}`, (value) => typeof value === "string" && pattern.test(value));
}

/** Every object with these properties, and more perhaps. */
export function objectWith(expected: object): Matcher {
  return new Matcher(`an object with ${describeValue(expected)}`, (value) => matches(value, expected));
}

/** Equal through and through; a property that is undefined counts as not there. */
export function isEqual(actual: unknown, expected: unknown): boolean {
  if (expected instanceof Matcher) return expected.test(actual);
  if (!isObject(actual) || !isObject(expected)) return Object.is(actual, expected);
  if (Array.isArray(expected) || Array.isArray(actual)) return areEqualArrays(actual, expected);
  const names = new Set([...definedNames(actual), ...definedNames(expected)]);
  return [...names].every((name) => isEqual(actual[name], expected[name]));
}

/** Equal in the properties that are expected. */
export function matches(actual: unknown, expected: unknown): boolean {
  if (!isObject(expected) || expected instanceof Matcher || Array.isArray(expected)) return isEqual(actual, expected);
  return isObject(actual) && Object.entries(expected).every(([name, value]) => matches(actual[name], value));
}

const LONGEST_TEXT = 300;

/** For a message: as JSON, cut where it is long. */
export function describeValue(value: unknown): string {
  if (value instanceof Matcher) return value.description;
  const text = value instanceof Error ? String(value) : (toJson(value) ?? String(value));
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}… (${text.length} characters)` : text;
}

function toJson(value: unknown): string | undefined {
  return JSON.stringify(value, (_name, inner: unknown) => (inner instanceof Matcher ? `<${inner.description}>` : inner));
}

function areEqualArrays(actual: object, expected: object): boolean {
  if (!Array.isArray(actual) || !Array.isArray(expected) || actual.length !== expected.length) return false;
  return expected.every((value, position) => isEqual(actual[position], value));
}

function definedNames(object: Record<string, unknown>): string[] {
  return Object.keys(object).filter((name) => object[name] !== undefined);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
