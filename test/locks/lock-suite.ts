import { describe, expect, it } from "vitest";
import type { Lock } from "../../src/locks/index.ts";

export interface LockSuiteOptions {
  readonly name: string;
  /** Locks that exclude each other, as two processes or tabs have them; called anew for each test. */
  readonly create: () => Promise<{ locks: readonly [Lock, Lock]; dispose?: () => Promise<void> }>;
  /** Whether those who wait are granted it in their order, across all of `locks`. */
  readonly fair: boolean;
}

const turn = (ms = 5): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A callback that holds the lock until it is told to let go. */
function holder(): { callback: () => Promise<string>; letGo: () => void; held: Promise<void> } {
  let letGo = (): void => {};
  let isHeld = (): void => {};
  const held = new Promise<void>((resolve) => (isHeld = resolve));
  const until = new Promise<void>((resolve) => (letGo = resolve));
  const callback = async (): Promise<string> => {
    isHeld();
    await until;
    return "done";
  };
  return { callback, letGo, held };
}

/** What every lock promises. */
export function lockSuite({ name, create, fair }: LockSuiteOptions): void {
  describe(`the lock suite on ${name}`, () => {
    const using = async (task: (...locks: readonly [Lock, Lock]) => Promise<void>): Promise<void> => {
      const { locks, dispose } = await create();
      try {
        await task(...locks);
      } finally {
        await dispose?.();
      }
    };

    it("settles as the callback does, and is free again after either", () =>
      using(async (lock) => {
        expect(await lock.request("a", {}, async () => 1)).toBe(1);
        await expect(lock.request("a", {}, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
        expect(await lock.request("a", {}, (() => 2) as never)).toBe(2);
        const failing = (): never => {
          throw new Error("at once");
        };
        await expect(lock.request("a", {}, failing)).rejects.toThrow("at once");
        expect(await lock.request("a", {}, async () => 3)).toBe(3);
      }));

    it("is held by one at a time, however many ask through both", () =>
      using(async (...locks) => {
        let [inside, most, runs] = [0, 0, 0];
        const callback = async (): Promise<void> => {
          most = Math.max(most, ++inside);
          await turn(1);
          inside--;
          runs++;
        };
        await Promise.all(Array.from({ length: 30 }, (_, number) => locks[number % 2]!.request("a", {}, callback)));
        expect([most, runs]).toEqual([1, 30]);
      }));

    it("excludes nobody who asks for another name", () =>
      using(async (first, second) => {
        const one = holder();
        const held = first.request("a", {}, one.callback);
        await one.held;
        expect(await second.request("b", {}, async () => "free")).toBe("free");
        one.letGo();
        expect(await held).toBe("done");
      }));

    it("gives up waiting after timeoutMs with ERR_LOCK_TIMEOUT, its callback not run, and the next is served", () =>
      using(async (first, second) => {
        const one = holder();
        const held = first.request("a", {}, one.callback);
        await one.held;
        let ran = false;
        const late = second.request("a", { timeoutMs: 30 }, async () => void (ran = true));
        await expect(late).rejects.toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
        const next = second.request("a", {}, async () => "next");
        one.letGo();
        expect(await Promise.all([held, next])).toEqual(["done", "next"]);
        expect(ran).toBe(false);
      }));

    it("leaves the queue on abort with the signal's reason, its callback not run", () =>
      using(async (first, second) => {
        const one = holder();
        const held = first.request("a", {}, one.callback);
        await one.held;
        const controller = new AbortController();
        let ran = false;
        const waiting = second.request("a", { signal: controller.signal }, async () => void (ran = true));
        const after = second.request("a", {}, async () => "after");
        await turn();
        controller.abort(new Error("enough"));
        await expect(waiting).rejects.toThrow("enough");
        one.letGo();
        expect(await Promise.all([held, after])).toEqual(["done", "after"]);
        expect(ran).toBe(false);
      }));

    it("rejects at once where the signal is aborted already", () =>
      using(async (lock) => {
        let ran = false;
        const aborted = lock.request("a", { signal: AbortSignal.abort(new Error("before")) }, async () => void (ran = true));
        await expect(aborted).rejects.toThrow("before");
        expect(ran).toBe(false);
      }));

    it("is not ended by an abort or the time limit once it is held", () =>
      using(async (first, second) => {
        const one = holder();
        const controller = new AbortController();
        const held = first.request("a", { signal: controller.signal, timeoutMs: 500 }, one.callback);
        await one.held;
        controller.abort();
        let ran = false;
        const next = second.request("a", {}, async () => void (ran = true));
        await turn(700);
        expect(ran).toBe(false);
        one.letGo();
        expect(await held).toBe("done");
        await next;
      }));

    it.runIf(fair)("is granted in the order of asking", () =>
      using(async (...locks) => {
        const order: number[] = [];
        const one = holder();
        const held = locks[0].request("a", {}, one.callback);
        await one.held;
        const waiting = [];
        for (let number = 0; number < 10; number++) {
          waiting.push(locks[number % 2]!.request("a", {}, async () => void order.push(number)));
          await turn(1);
        }
        one.letGo();
        await Promise.all([held, ...waiting]);
        expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      }),
    );

    it("refuses a name that is none, a time limit that is none, and an option that is none", () =>
      using(async (lock) => {
        for (const [lockName, options] of [
          ["", {}],
          [1, {}],
          ["a", { timeoutMs: -1 }],
          ["a", { timeoutMs: Infinity }],
          ["a", { timeout: 5 }],
          ["a", { signal: {} }],
        ]) {
          const refused = lock.request(lockName as string, options as object, async () => {});
          await expect(refused).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
        }
        // No time at all is one.
        const hasty = lock.request("a", { timeoutMs: 0 }, async () => "held").catch(({ code }: { code: unknown }) => code);
        expect(["held", "ERR_LOCK_TIMEOUT"]).toContain(await hasty);
      }));

    it("keeps notes that all who share it can read, until their time is over", () =>
      using(async (first, second) => {
        expect(await second.notes!.read("n")).toBeUndefined();
        await first.notes!.write("n", "one", 10_000);
        await first.notes!.write("n", "two", 10_000);
        await first.notes!.write("other", "brief", 30);
        expect(await second.notes!.read("n")).toBe("two");
        await expect.poll(() => second.notes!.read("other")).toBeUndefined();
        expect(await second.notes!.read("n")).toBe("two");
      }));
  });
}
