import type { Operations } from "./comparison.ts";

/** How often methods of a class are called while the task runs, by the name that `nameOf` gives each call. */
export async function methodCalls(
  classes: readonly (readonly [prototype: object, methods: readonly string[]])[],
  nameOf: (method: string, self: unknown, args: readonly unknown[]) => string,
  task: () => Promise<unknown>,
): Promise<Operations> {
  const counts: Record<string, number> = {};
  const restore = classes.flatMap(([prototype, methods]) =>
    methods.map((method) => {
      const methodsOf = prototype as Record<string, (...args: unknown[]) => unknown>;
      const original = methodsOf[method]!;
      methodsOf[method] = function (this: unknown, ...args) {
        const name = nameOf(method, this, args);
        counts[name] = (counts[name] ?? 0) + 1;
        return original.apply(this, args);
      };
      return () => (methodsOf[method] = original);
    }),
  );
  await task();
  for (const one of restore) one();
  return counts;
}
