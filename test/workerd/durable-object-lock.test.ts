import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { LockCalls } from "../../src/backends/durable-object/protocol.ts";
import { createDurableObjectLock } from "../../src/locks/durable-object-lock.ts";
import { OwnObjects } from "../support/durable-objects.ts";

const MANY = Array.from({ length: 40 }, (_, number) => number);

let objects: OwnObjects;
beforeEach(() => {
  objects = new OwnObjects();
});

const open = (options?: { leaseMs?: number }) => createDurableObjectLock(objects, options);
const object = () => objects.stub("lock:name") as LockCalls;
const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

const sql = (statement: string) => objects.query("lock:name", statement);

async function requests(): Promise<Record<string, unknown>[]> {
  const [table] = await sql("SELECT 1 FROM sqlite_master WHERE name = 'lock_requests'");
  return table ? sql("SELECT token, held FROM lock_requests ORDER BY position") : [];
}

async function queued(count: number): Promise<void> {
  await vi.waitFor(async () => expect(await requests()).toHaveLength(count), { timeout: 20_000 });
}

/** Cloudflare marks what a call in a crashed object rejects with; the local abort does not. */
async function markReset(call: () => Promise<unknown>): Promise<unknown> {
  return call().catch((error: Error) => {
    throw Object.assign(error, { durableObjectReset: error.message.includes("abortAllDurableObjects") });
  });
}

/** Holds the lock until it is told to let go. */
async function hold(options?: { leaseMs?: number }): Promise<{ letGo: () => Promise<void> }> {
  let end = (): void => {};
  const over = new Promise<void>((resolve) => (end = resolve));
  let request = Promise.resolve();
  await new Promise<void>((held) => {
    request = open(options).request("name", {}, () => {
      held();
      return over;
    });
  });
  return {
    letGo() {
      end();
      return request;
    },
  };
}

describe("a lock in a Durable Object", () => {
  it("is held by one at a time, of 40 requests at once", async () => {
    let inside = 0;
    const most: number[] = [];
    await Promise.all(
      MANY.map(() =>
        open().request("name", {}, async () => {
          most.push(++inside);
          await pause(1);
          inside--;
        }),
      ),
    );
    expect(most).toEqual(MANY.map(() => 1));
    expect(await requests()).toEqual([]);
  });

  it("is not shared with another name", async () => {
    const { letGo } = await hold();
    expect(await open().request("other", {}, async () => "run")).toBe("run");
    await letGo();
  });

  it("is given to those who wait in their order", async () => {
    const { letGo } = await hold();
    const order: number[] = [];
    const waiting: Promise<void>[] = [];
    for (const number of [0, 1, 2, 3, 4]) {
      waiting.push(open().request("name", {}, async () => void order.push(number)));
      await queued(number + 2);
    }
    await letGo();
    await Promise.all(waiting);
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  it("settles as the callback does, and is free again after its error", async () => {
    expect(await open().request("name", {}, async () => "result")).toBe("result");
    await expect(open().request("name", {}, () => Promise.reject(new Error("mine")))).rejects.toThrow("mine");
    expect(await open().request("name", { timeoutMs: 5000 }, async () => "free")).toBe("free");
  });

  it("is waited for no longer than timeoutMs, and who gave up has left the queue", async () => {
    const { letGo } = await hold();
    const callback = vi.fn(async () => {});
    const start = Date.now();
    await expect(open().request("name", { timeoutMs: 200 }, callback)).rejects.toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
    expect(Date.now() - start).toBeGreaterThanOrEqual(190);
    expect(await requests()).toHaveLength(1);
    await letGo();
    await pause(20);
    expect(callback).not.toHaveBeenCalled();
  });

  it("is not waited for after an abort, and the next one gets it", async () => {
    const { letGo } = await hold();
    const controller = new AbortController();
    const callback = vi.fn(async () => {});
    const aborted = open().request("name", { signal: controller.signal }, callback);
    await queued(2);
    const next = open().request("name", {}, async () => "next");
    await queued(3);
    controller.abort(new Error("enough"));
    await expect(aborted).rejects.toThrow("enough");
    expect(await requests()).toHaveLength(2);
    await letGo();
    expect(await next).toBe("next");
    expect(callback).not.toHaveBeenCalled();
  });

  it("is not left to who gave up, where the object hears of that first and of the request later", async () => {
    let isLeft = (): void => {};
    const left = new Promise<void>((resolve) => (isLeft = resolve));
    const overtaken = objects.through(async (call, what) => {
      if (what.startsWith('["acquireLock"')) await left;
      const answer = await call();
      if (what.startsWith('["releaseLock"')) isLeft();
      return answer;
    });
    const callback = vi.fn(async () => {});
    const late = createDurableObjectLock(overtaken).request("name", { timeoutMs: 50 }, callback);
    await expect(late).rejects.toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
    expect(await open().request("name", { timeoutMs: 5000 }, async () => "free")).toBe("free");
    expect(callback).not.toHaveBeenCalled();
  });

  it("is kept by a callback that runs when the signal is aborted", async () => {
    const controller = new AbortController();
    const result = await open().request("name", { signal: controller.signal }, async () => {
      controller.abort();
      await pause(20);
      expect(await requests()).toHaveLength(1);
      return "done";
    });
    expect(result).toBe("done");
  });

  it("is not asked for when the signal was aborted before", async () => {
    await expect(open().request("name", { signal: AbortSignal.abort(new Error("before")) }, async () => {})).rejects.toThrow("before");
    expect(objects.names.size).toBe(0);
  });
});

describe("the lease", () => {
  it("of a holder that died ends by itself, and not before its time", async () => {
    const start = Date.now();
    expect(await object().acquireLock("dead", 500)).toBe(true);
    await open().request("name", {}, async () => expect(Date.now() - start).toBeGreaterThanOrEqual(490));
    // A lease renewed too late is lost, whoever holds the lock by now.
    expect(await object().renewLock("dead", 500)).toBe(false);
  });

  it("is not made longer by those who ask meanwhile", async () => {
    await object().acquireLock("dead", 60_000);
    const until = () => sql("SELECT until FROM lock_requests WHERE token = 'dead'");
    const before = await until();
    await pause(20);
    await expect(open().request("name", { timeoutMs: 100 }, async () => {})).rejects.toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
    expect(await until()).toEqual(before);
  });

  it("of a holder that lives is renewed as long as its callback runs", async () => {
    const { letGo } = await hold({ leaseMs: 1500 });
    await expect(open().request("name", { timeoutMs: 4500 }, async () => "stolen")).rejects.toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
    await letGo();
  });

  it("is ended by the alarm even after the object was evicted", async () => {
    expect(await object().acquireLock("dead", 700)).toBe(true);
    await evictDurableObject(object());
    expect(await requests()).toEqual([{ token: "dead", held: 1 }]);
    // Only the alarm can remove it now: looking does not.
    await queued(0);
  });

  it("that is live survives an eviction", async () => {
    const { letGo } = await hold();
    await evictDurableObject(object());
    await expect(open().request("name", { timeoutMs: 300 }, async () => "stolen")).rejects.toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
    await letGo();
    expect(await open().request("name", {}, async () => "free")).toBe("free");
  });
});

describe("the queue", () => {
  it("survives a crash of the object with those who wait in it, in their order", async () => {
    const lock = createDurableObjectLock(objects.through(markReset));
    const { letGo } = await hold();
    const order: number[] = [];
    const waiting: Promise<void>[] = [];
    for (const number of [0, 1, 2]) {
      waiting.push(lock.request("name", {}, async () => void order.push(number)));
      await queued(number + 2);
    }
    await abortAllDurableObjects();
    expect(await requests()).toHaveLength(4);
    await letGo();
    await Promise.all(waiting);
    expect(order).toEqual([0, 1, 2]);
  });

  it("passes over who died waiting, once they should have asked again", async () => {
    const { letGo } = await hold();
    void object().acquireLock("dead", 60_000);
    await queued(2);
    const next = open().request("name", {}, async () => "next");
    await queued(3);
    await sql("UPDATE lock_requests SET until = 0 WHERE token = 'dead'");
    await letGo();
    expect(await next).toBe("next");
  });

  it("leaves an empty object behind", async () => {
    await open().request("name", {}, async () => {});
    expect(await runDurableObjectAlarm(object())).toBe(true);
    expect(await sql("SELECT name FROM sqlite_master WHERE name NOT LIKE '_cf_%'")).toEqual([]);
    expect(await open().request("name", {}, async () => "again")).toBe("again");
  });

  it("leaves alone what else a subclass keeps in the object", async () => {
    await sql("CREATE TABLE notes AS SELECT 'mine' AS text");
    await open().request("name", {}, async () => {});
    expect(await runDurableObjectAlarm(object())).toBe(true);
    expect(await requests()).toEqual([]);
    expect(await sql("SELECT text FROM notes")).toEqual([{ text: "mine" }]);
  });
});

describe("notes", () => {
  it("are shared by all who share the lock, each under its name, and survive an eviction", async () => {
    expect(await open().notes!.read("name")).toBeUndefined();
    await open().notes!.write("name", "not before noon", 60_000);
    await open().notes!.write("name", "not before one", 60_000);
    await evictDurableObject(object());
    expect(await open().notes!.read("name")).toBe("not before one");
    expect(await open().notes!.read("other")).toBeUndefined();
    await open().request("name", {}, async () => {});
    expect(await open().notes!.read("name")).toBe("not before one");
  });

  it("are gone after their time", async () => {
    await open().notes!.write("name", "soon over", 300);
    expect(await open().notes!.read("name")).toBe("soon over");
    await vi.waitFor(async () => expect(await open().notes!.read("name")).toBeUndefined(), { timeout: 10_000 });
  });
});

describe("bad input and failures", () => {
  const code = (expected: string) => expect.objectContaining({ code: expected });

  it("are told apart before anything is called", async () => {
    expect(() => createDurableObjectLock(env.KV as never)).toThrowError(code("ERR_OPTION_INVALID"));
    for (const leaseMs of [50, 600_001, Infinity, "5000" as never]) {
      expect(() => open({ leaseMs })).toThrowError(code("ERR_OPTION_INVALID"));
    }
    expect(() => open({ leaseMS: 500 } as never)).toThrowError(code("ERR_OPTION_INVALID"));
    for (const [name, options] of [
      ["", {}],
      ["name", { timeoutMs: Number.NaN }],
      ["name", { timeoutMs: 2 ** 31 }],
      ["name", { timeout: 5 } as never],
    ] as const) {
      await expect(open().request(name, options, async () => {})).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
    }
    expect(objects.names.size).toBe(0);
  });

  it.each([
    [{ overloaded: true }, "ERR_STORE_RATE_LIMITED"],
    [{ retryable: true }, "ERR_STORE_UNAVAILABLE"],
  ])("of the object keep the callback from running: %o", async (properties, expected) => {
    const broken = objects.through(() => Promise.reject(Object.assign(new Error("down"), properties)));
    const callback = vi.fn(async () => {});
    await expect(createDurableObjectLock(broken).request("name", {}, callback)).rejects.toMatchObject({ code: expected });
    expect(callback).not.toHaveBeenCalled();
  });
});
