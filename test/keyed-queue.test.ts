import { describe, expect, it } from "vitest";
import { KeyedQueue } from "../src/keyed-queue.ts";

/** A task that ends when told to. */
function task(log: string[], name: string): { run: () => Promise<string>; end: () => void } {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const run = async (): Promise<string> => {
    log.push(`${name} begins`);
    await ended;
    log.push(`${name} ends`);
    return name;
  };
  return { run, end };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe("KeyedQueue", () => {
  it("runs tasks of one key one after the other, in their order", async () => {
    const log: string[] = [];
    const queue = new KeyedQueue();
    const [first, second] = [task(log, "first"), task(log, "second")];
    const results = [queue.run(["k"], first.run), queue.run(["k"], second.run)];
    second.end();
    await turn();
    expect(log).toEqual(["first begins"]);
    first.end();
    expect(await Promise.all(results)).toEqual(["first", "second"]);
    expect(log).toEqual(["first begins", "first ends", "second begins", "second ends"]);
  });

  it("runs tasks of different keys side by side", async () => {
    const log: string[] = [];
    const queue = new KeyedQueue();
    const [first, second] = [task(log, "first"), task(log, "second")];
    const results = [queue.run(["a"], first.run), queue.run(["b"], second.run)];
    await turn();
    expect(log).toEqual(["first begins", "second begins"]);
    first.end();
    second.end();
    await Promise.all(results);
  });

  it("does not lock up when tasks take the same keys in another order", async () => {
    const queue = new KeyedQueue();
    const pass = async (): Promise<void> => {};
    await Promise.all([queue.run(["a", "b"], pass), queue.run(["b", "a"], pass), queue.run(["a"], pass), queue.run([], pass)]);
  });

  it("goes on after a task that fails", async () => {
    const queue = new KeyedQueue();
    const failing = queue.run(["k"], () => Promise.reject(new Error("no")));
    const next = queue.run(["k"], async () => "yes");
    await expect(failing).rejects.toThrow("no");
    expect(await next).toBe("yes");
  });

  it("is idle when all is over, also what failed", async () => {
    const log: string[] = [];
    const queue = new KeyedQueue();
    const first = task(log, "first");
    const running = queue.run(["k"], first.run);
    const idle = queue.idle().then(() => log.push("idle"));
    first.end();
    await Promise.all([running, idle]);
    expect(log.at(-1)).toBe("idle");
    await queue.idle();
  });
});
