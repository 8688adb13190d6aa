import { createStorage } from "unstorage";
import type { Driver } from "unstorage";
import cloudflareKVBindingDriver from "unstorage/drivers/cloudflare-kv-binding";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { UnstorageTokenStoreOptions } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { DelayedKV } from "../../src/testing/index.ts";
import type { DelayedKVBinding } from "../../src/testing/index.ts";
import { queriesThatFind } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { layout } from "../support/exact-index.ts";
import { driverOver } from "../support/interleaved-clients.ts";
import { shiftedDriver } from "../support/shifted-driver.ts";

const ANN = { userName: "ann", clientId: "c", refreshToken: "r", accessToken: "a" };
/** Shares the index entry of its user. */
const SIBLING = { userName: "ann", clientId: "c2", refreshToken: "r2", accessToken: "a2" };

type Values = Map<string, string | null>;

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
afterEach(() => void vi.useRealTimers());

/** One simulated KV, with a store over it whose binding can be made to answer otherwise. */
class World {
  readonly kv: DelayedKVBinding = new DelayedKV({ now: Date.now, random: () => 0 }).at("here");
  readonly store: EdgeTokenStore;
  /** How often the store asked for one key, and for several. */
  reads = { single: 0, bulk: 0 };
  /** What a bulk read gives instead of what is there. */
  answer: (right: Values) => unknown = (right) => right;
  /** What a read of one key gives instead of what is there. */
  single: (right: string | null) => string | null = (right) => right;
  /** Before and after each write. */
  around: (key: string, when: "before" | "after") => Promise<void> | void = () => {};

  constructor(over = (driver: Driver): Driver => driver, options: Partial<UnstorageTokenStoreOptions> = {}) {
    const { kv } = this;
    const binding = {
      ...kv,
      get: async (keys: string | string[]) => {
        if (typeof keys === "string") {
          this.reads.single++;
          return this.single(await kv.get(keys));
        }
        this.reads.bulk++;
        return this.answer(await kv.get(keys));
      },
      put: async (key: string, value: string) => {
        await this.around(key, "before");
        await kv.put(key, value);
        await this.around(key, "after");
      },
    };
    const storage = createStorage({ driver: over(cloudflareKVBindingDriver({ binding: binding as never })) });
    this.store = createUnstorageTokenStore(storage, { secret: SECRET, ...options });
  }

  /** A second later, so that every key may be written again. */
  async during(task: () => Promise<unknown>): Promise<World["reads"]> {
    await this.run(new Promise((resolve) => void setTimeout(resolve, 1000)));
    this.reads = { single: 0, bulk: 0 };
    await this.run(task());
    return this.reads;
  }

  /** Lets time pass until the task is over. */
  async run(task: Promise<unknown>): Promise<void> {
    const state = { over: false };
    const settled = task.finally(() => void (state.over = true));
    settled.catch(() => {});
    while (!state.over) await vi.advanceTimersByTimeAsync(100);
    await settled;
  }

  /** All that lies below the prefix. */
  async data(prefix = ""): Promise<Map<string, string>> {
    const { keys } = await this.kv.list({ prefix });
    return new Map(await Promise.all(keys.map(async ({ name }) => [name.slice(prefix.length), (await this.kv.get(name))!] as const)));
  }

  async expectFound(...tokens: object[]): Promise<void> {
    for (const token of tokens) {
      for (const query of queriesThatFind(token as never)) {
        expect(await this.store.findTokens(query)).toContainEqual(expect.objectContaining(token));
      }
    }
  }
}

interface Call {
  readonly name: string;
  readonly act: (store: EdgeTokenStore, id: string) => Promise<unknown>;
  /** What is found afterwards, beside the sibling. */
  readonly left: object | undefined;
  /** How many index entries it reads after the record is written or removed. */
  readonly pointers: number;
  /** Whether it took away an entry of an account, and so looks at the record once more. */
  readonly looksAgain: boolean;
}

const CALLS: readonly Call[] = [
  {
    name: "a refresh",
    act: (store, id) => store.saveToken({ id, accessToken: "b" }),
    left: { ...ANN, accessToken: "b" },
    pointers: 5,
    looksAgain: false,
  },
  {
    name: "a rename",
    act: (store, id) => store.saveToken({ id, userName: "anna" }),
    left: { ...ANN, userName: "anna" },
    pointers: 6,
    looksAgain: true,
  },
  { name: "a deletion", act: (store, id) => store.deleteToken(id), left: undefined, pointers: 4, looksAgain: true },
];

/** What the storage holds after the call where it has no bulk reads. */
async function honest({ act }: Call): Promise<string[]> {
  const world = new World();
  world.answer = () => null;
  const id = await prepare(world);
  await world.during(() => act(world.store, id));
  return layout(await world.data());
}

async function prepare({ store, run }: World): Promise<string> {
  let id = "";
  await run(store.saveToken(ANN).then((saved) => void (id = saved.id)));
  await vi.advanceTimersByTimeAsync(1000);
  await run(store.saveToken(SIBLING));
  return id;
}

describe.each(CALLS)("$name on Workers KV", (call) => {
  const { act, left, pointers, looksAgain } = call;
  /** Of the record, before it is changed and perhaps again. */
  const recordReads = looksAgain ? 2 : 1;
  const expected = left ? [left, SIBLING] : [SIBLING];

  it("reads its index entries at once", async () => {
    const world = new World();
    const id = await prepare(world);
    expect(await world.during(() => act(world.store, id))).toEqual({ single: recordReads, bulk: 1 });
    expect(layout(await world.data())).toEqual(await honest(call));
    await world.expectFound(...expected);
  });

  const nothing = (right: Values): Values => new Map(Array.from(right.keys(), (key) => [key, null]));
  it.each<[string, (right: Values, before: ReadonlyMap<string, string>) => unknown]>([
    ["answers that nothing is there", (right) => nothing(right)],
    ["answers with the record that was there before", (right, before) => new Map([...nothing(right), ...recordIn(right, before)])],
    ["answers with the whole state before", (right, before) => new Map(Array.from(right.keys(), (key) => [key, before.get(key) ?? null]))],
    ["answers with a record that is no JSON", (right) => new Map([...nothing(right), [[...right.keys()][0]!, "{"]])],
    ["leaves keys out", (right) => new Map([...right].slice(0, 1))],
    ["leaves out what is not there", (right) => new Map([...right].filter(([key, value]) => value !== null && !key.includes(":x:user:")))],
    ["answers as to a single key", () => null],
    ["answers with an object", (right) => Object.fromEntries(right)],
    ["answers with text", () => "{}"],
    [
      "refuses several keys",
      () => {
        throw new Error("KV GET failed: 414 UTF-8 encoded length of 600 exceeds key length limit of 512.");
      },
    ],
  ])("does not believe a binding that %s", async (_, answer) => {
    const world = new World();
    const id = await prepare(world);
    const before = await world.data();
    world.answer = (right) => answer(right, before);
    expect(await world.during(() => act(world.store, id))).toEqual({ single: recordReads + pointers, bulk: 1 });
    expect(layout(await world.data())).toEqual(await honest(call));
    await world.expectFound(...expected);
  });

  it("over a driver that shifts its keys takes nothing from an older copy that lies where the binding looks", async () => {
    const world = new World((driver) => shiftedDriver(driver, "inner"));
    await world.run(world.store.saveToken(ANN));
    for (const [key, value] of await world.data("inner:")) await world.kv.put(key, value);
    const { id } = (await world.store.findToken({ accessToken: "a" }))!;
    await world.run(world.store.saveToken(SIBLING));
    // In the copy nobody shares the index entry of the user.
    const copy = await world.data("tokens:");
    expect(await world.during(() => act(world.store, id))).toEqual({ single: recordReads + pointers, bulk: 1 });
    expect(layout(await world.data("inner:"))).toEqual(await honest(call));
    await world.expectFound(...expected);
    expect(await world.data("tokens:")).toEqual(copy);
  });
});

/** The record's own entry, which is asked for first. */
function recordIn(right: Values, before: ReadonlyMap<string, string>): [string, string][] {
  const [key] = right.keys();
  return [[key!, before.get(key!)!]];
}

describe("several index entries at once on Workers KV", () => {
  const refresh = (world: World, accessToken: string) => world.during(() => world.store.saveToken({ ...ANN, accessToken }));

  it("are no more asked for after three answers in a row without the proof", async () => {
    const world = new World((driver) => shiftedDriver(driver, "inner"));
    // The first of the three.
    await world.run(world.store.saveToken(ANN));
    expect(await refresh(world, "b")).toEqual({ single: 1 + 5, bulk: 1 });
    expect(await refresh(world, "c")).toEqual({ single: 1 + 5, bulk: 1 });
    expect(await refresh(world, "d")).toEqual({ single: 1 + 5, bulk: 0 });
    await world.expectFound({ ...ANN, accessToken: "d" });
  });

  it("are no more asked for after answers without the proof to several saves at once", async () => {
    const world = new World((driver) => shiftedDriver(driver, "inner"));
    // The first one enters the register, which the others would wait for.
    await world.run(world.store.saveToken(ANN));
    const users = ["ben", "eve", "joe", "kim"];
    await world.during(() => Promise.all(users.map((userName) => world.store.saveToken({ userName, refreshToken: userName }))));
    expect(world.reads.bulk).toBe(4);
    expect(await refresh(world, "b")).toMatchObject({ bulk: 0 });
  });

  it("are asked for again where answers lacked the proof now and then", async () => {
    const world = new World();
    await prepare(world);
    for (const [number, answer] of ["no", "no", "yes", "no", "no", "yes"].entries()) {
      world.answer = answer === "no" ? () => null : (right) => right;
      expect(await refresh(world, `b${number}`)).toMatchObject({ bulk: 1 });
    }
  });

  it.each(["before", "after"] as const)("bring back one that another process takes away just %s the record is written", async (when) => {
    const world = new World();
    await prepare(world);
    const entries = [...(await world.data()).keys()].filter((key) => key.includes(":x:refresh:"));
    world.around = async (key, moment) => {
      if (key.includes(":r:") && moment === when) await Promise.all(entries.map((entry) => world.kv.delete(entry)));
    };
    expect(await refresh(world, "b")).toEqual({ single: 1, bulk: 1 });
    await world.expectFound({ ...ANN, accessToken: "b" });
  });

  it("are read one by one where another process has written the record in between, and lead to its values", async () => {
    const world = new World();
    await prepare(world);
    const other = createUnstorageTokenStore(createStorage({ driver: cloudflareKVBindingDriver({ binding: world.kv as never }) }), {
      secret: SECRET,
    });
    world.around = async (key, moment) => {
      if (!key.includes(":r:") || moment === "before") return;
      world.around = () => {};
      await world.run(other.saveToken({ ...ANN, accessToken: "others" }));
    };
    expect(await refresh(world, "b")).toEqual({ single: 1 + 5, bulk: 1 });
    await world.expectFound({ ...ANN, accessToken: "others" });
    expect(await world.store.findToken({ accessToken: "b" })).toBeNull();
  });

  it("that are refused for their rate are asked for again, and in the end said to be", async () => {
    const world = new World();
    await prepare(world);
    let refusals = 2;
    world.answer = (right) => {
      if (refusals-- > 0) throw new Error("KV GET_BULK failed: 429 Too Many Requests");
      return right;
    };
    expect(await refresh(world, "b")).toEqual({ single: 1, bulk: 3 });
    refusals = Infinity;
    await expect(refresh(world, "c")).rejects.toMatchObject({ code: "ERR_STORE_RATE_LIMITED", mayHaveWritten: true });
    expect(world.reads).toEqual({ single: 1, bulk: 4 });
    // The record is saved; the same call does the rest.
    refusals = 0;
    await refresh(world, "c");
    await world.expectFound({ ...ANN, accessToken: "c" });
  });

  it("that fail with all that is asked of KV fail the save", async () => {
    const world = new World();
    await prepare(world);
    const down = (): never => {
      throw new Error("Too many API requests by single worker invocation.");
    };
    world.answer = down;
    world.around = (key, when) => {
      if (key.includes(":r:") && when === "after") world.single = down;
    };
    await expect(refresh(world, "b")).rejects.toMatchObject({
      code: "ERR_STORE_UNAVAILABLE",
      message: expect.stringContaining("go on in another one"),
    });
  });

  it("are believed of an unsealed store too", async () => {
    const world = new World(undefined, { secret: false });
    await prepare(world);
    expect(await refresh(world, "b")).toEqual({ single: 1, bulk: 1 });
    await world.expectFound({ ...ANN, accessToken: "b" }, SIBLING);
  });

  it("are not asked for by a store that has one index, nor by a save that changes nothing", async () => {
    const world = new World(undefined, { lookups: ["account"] });
    await world.run(world.store.saveToken(ANN));
    expect(await refresh(world, "b")).toEqual({ single: 2, bulk: 0 });
    const whole = new World();
    await prepare(whole);
    expect(await whole.during(() => whole.store.saveToken(ANN))).toEqual({ single: 1 + 4, bulk: 0 });
  });
});

it("a client that looks like a binding of Workers KV, as Netlify's does, is left to its driver", async () => {
  const data = new Map<string, string>();
  const unlike = (): Promise<never> => Promise.reject(new Error("Only the driver knows how to ask."));
  const driver = {
    ...driverOver(data, (act) => act()),
    getInstance: () => ({ get: unlike, set: unlike, list: unlike, getWithMetadata: unlike }),
  };
  const store = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
  const ann = await store.saveToken(ANN);
  expect(await store.getTokens()).toEqual([ann]);
});
