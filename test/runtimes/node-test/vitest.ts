/**
 * What the tests of the matrix use of Vitest, on `node:test`, which Node.js, Deno and Bun have in common. Assertions and
 * spies are Vitest's own. Every test is one at the top: Deno counts those within others that are skipped as passed.
 */
import { after, before, test } from "node:test";
import { format } from "node:util";
import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from "@vitest/expect";
import { restoreAllMocks, spyOn } from "@vitest/spy";

type Run = (...args: never[]) => unknown;
interface Block {
  readonly name: string;
  readonly before: Run[];
  readonly after: Run[];
}

const block = (name: string): Block => ({ name, before: [], after: [] });
let blocks: readonly Block[] = [block("")];
const finished: Run[] = [];
const POLL_MS = 20;
const POLL_TIMEOUT_MS = 60_000;

export function describe(name: string, tests: () => void): void {
  const around = blocks;
  blocks = [...around, block(name)];
  tests();
  blocks = around;
}

/** The name of a test with those of the blocks around it. */
function fullName(name: string): string {
  return [...blocks.slice(1).map((one) => one.name), name].join(" > ");
}

function define(name: string, run: Run): void {
  const around = blocks;
  void test(fullName(name), async () => {
    try {
      for (const hook of around.flatMap((one) => one.before)) await hook();
      await run();
    } finally {
      for (const hook of [...around.toReversed().flatMap((one) => one.after), ...finished.splice(0).toReversed()]) await hook();
    }
  });
}

export const it = Object.assign(define, {
  each:
    (rows: readonly unknown[]) =>
    (name: string, run: Run): void => {
      for (const row of rows) {
        const args = (Array.isArray(row) ? row : [row]) as never[];
        define(nameOf(name, row, args), () => run(...args));
      }
    },
  runIf: (condition: boolean) => (condition ? define : (name: string) => void test(fullName(name), { skip: true }, () => {})),
});

function nameOf(name: string, row: unknown, args: readonly unknown[]): string {
  const named = name.replace(/\$(\w+)/g, (_, property: string) => String((row as Record<string, unknown>)[property]));
  return format(named, ...args.slice(0, named.match(/%[a-z]/g)?.length ?? 0));
}

export const beforeAll = (run: Run): void => before(() => run() as Promise<void>);
export const afterAll = (run: Run): void => after(() => run() as Promise<void>);
export const beforeEach = (run: Run): void => void blocks.at(-1)!.before.push(run);
export const afterEach = (run: Run): void => void blocks.at(-1)!.after.push(run);
export const onTestFinished = (run: Run): void => void finished.push(run);

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);

/** Asserts the same again and again, until it holds or time is over. */
function poll(actual: () => unknown): unknown {
  const until = async (matcher: string, args: unknown[]): Promise<void> => {
    const start = performance.now();
    for (;;) {
      try {
        const assertion = chai.expect(await actual()) as unknown as Record<string, (...args: unknown[]) => void>;
        return assertion[matcher]!(...args);
      } catch (error) {
        if (performance.now() - start > POLL_TIMEOUT_MS) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };
  return new Proxy(
    {},
    {
      get:
        (_, matcher) =>
        async (...args: unknown[]) =>
          until(String(matcher), args),
    },
  );
}

export const expect = Object.assign(chai.expect, { poll });

const globals = new Map<string, PropertyDescriptor | undefined>();
export const vi = {
  spyOn,
  restoreAllMocks,
  stubGlobal(name: string, value: unknown): void {
    if (!globals.has(name)) globals.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: true });
  },
  unstubAllGlobals(): void {
    for (const [name, descriptor] of globals) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
    globals.clear();
  },
};
