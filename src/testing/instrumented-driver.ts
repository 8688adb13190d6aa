/** The calls of an unstorage driver that touch the storage. */
const DRIVER_CALLS = ["hasItem", "getItem", "getItems", "setItem", "removeItem", "getKeys"] as const;
/** One of them. */
export type DriverCall = (typeof DRIVER_CALLS)[number];

/**
 * An unstorage driver that asks first: `before` may count the call, delay it, or throw in its place. What the store asks for
 * past the driver, such as scripts on Redis, statements of SQL or several keys of Workers KV at once, does not ask.
 */
export function instrumentDriver<AnyDriver extends object>(
  driver: AnyDriver,
  before: (call: DriverCall, key: string) => void | Promise<void>,
): AnyDriver {
  const instrumented = { ...driver } as AnyDriver & Partial<Record<DriverCall, unknown>>;
  for (const call of DRIVER_CALLS) {
    const original = instrumented[call] as ((...args: unknown[]) => unknown) | undefined;
    if (!original) continue;
    Object.assign(instrumented, {
      [call]: async (...args: unknown[]) => {
        await before(call, String(args[0]));
        return original(...args);
      },
    });
  }
  return instrumented;
}
