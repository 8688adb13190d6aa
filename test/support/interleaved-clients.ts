// Loaded before any turn is taken: on a busy machine the store's own import of it can outlast the turns that it is given.
import "../../src/backends/unstorage/cloudflare-kv/access.ts";
import type { Driver } from "unstorage";

/** A driver call that waits for its turn. */
interface Call {
  readonly client: number;
  readonly release: () => void;
}

/** Which of the calls that wait goes next, by its position. */
export type Choose = (waiting: readonly { readonly client: number }[]) => number;

/**
 * Several clients over one map, each as a process of its own. Every driver call waits until it is chosen,
 * so that a schedule decides alone in which order they take effect; nothing else is left to chance.
 */
export class InterleavedClients {
  readonly #data: Map<string, string>;
  readonly #under: Under;
  readonly #waiting: Call[] = [];

  constructor(data: Map<string, string>, under: Under = "no client") {
    this.#data = data;
    this.#under = under;
  }

  driver(client: number): Driver {
    const inTurn = <Result>(act: () => Result): Promise<Result> =>
      new Promise((resolve) => this.#waiting.push({ client, release: () => resolve(act()) }));
    return driverOver(this.#data, inTurn, this.#under);
  }

  /** Runs the tasks to their ends, however they end. `between` runs while everybody waits. */
  async run(
    tasks: readonly (() => Promise<unknown>)[],
    choose: Choose,
    between: (step: number) => Promise<void> | void = () => {},
  ): Promise<PromiseSettledResult<unknown>[]> {
    const running = new Set(tasks.keys());
    const over = Promise.allSettled(tasks.map((task, client) => task().finally(() => running.delete(client))));
    for (let step = 0; ; step++) {
      await this.#allWait(running);
      if (running.size === 0) return over;
      const observed = between(step);
      if (observed) await observed;
      this.#waiting.splice(choose(this.#waiting), 1)[0]!.release();
    }
  }

  /** Until each client that is running waits for its driver. */
  async #allWait(running: ReadonlySet<number>): Promise<void> {
    await microtasksDone();
    for (let turn = 0; [...running].some((client) => !this.#waiting.some((call) => call.client === client)); turn++) {
      if (turn === LOADING_TURNS) throw new Error("A client waits for something else than its driver.");
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }
}

/** How many turns of the event loop a client may take to load a module. */
const LOADING_TURNS = 10_000;

/** What the driver lets the store see of what lies under it: no client, or a binding as Workers KV has it, which reads many keys in one step. */
export type Under = "no client" | "a KV binding";

type InTurn = <Result>(act: () => Result) => Result | Promise<Result>;

/** unstorage's interface over a map of texts; each call takes effect in one step, when `inTurn` lets it. */
export function driverOver(data: Map<string, string>, inTurn: InTurn, under: Under = "no client"): Driver {
  return {
    name: "memory",
    ...(under === "a KV binding" ? { getInstance: () => bindingOver(data, inTurn) } : {}),
    hasItem: (key) => inTurn(() => data.has(key)),
    getItem: (key) => inTurn(() => data.get(key) ?? null),
    getItems: (items) => inTurn(() => items.map(({ key }) => ({ key, value: data.get(key) ?? null }))),
    setItem: (key, value) => inTurn(() => void data.set(key, value)),
    removeItem: (key) => inTurn(() => void data.delete(key)),
    getKeys: () => inTurn(() => [...data.keys()]),
  };
}

const unused = (): Promise<never> => Promise.reject(new Error("Nobody asks for it."));

function bindingOver(data: Map<string, string>, inTurn: InTurn): object {
  const get = (key: string): string | null => data.get(key) ?? null;
  return {
    get: async (keys: string | string[]) => inTurn(() => (Array.isArray(keys) ? new Map(keys.map((key) => [key, get(key)])) : get(keys))),
    list: async ({ prefix }: { prefix: string }) =>
      inTurn(() => ({
        keys: [...data.keys()].filter((name) => name.startsWith(prefix)).map((name) => ({ name })),
        list_complete: true,
      })),
    // The store writes through the driver.
    put: unused,
    getWithMetadata: unused,
  };
}

/** Node runs the next tick only when no promise has anything left to do: then every client waits for its driver. */
function microtasksDone(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}

/** Every order in which the clients can take their turns, each client's own calls in the order that it made them. */
export class AllSchedules {
  /** The choices of the run under way: which client, of how many that waited. */
  readonly #path: { taken: number; of: number }[] = [];
  #depth = 0;
  #begun = false;

  /** Whether there is another one, to which `choose` then leads. */
  next(): boolean {
    if (this.#begun) {
      while (this.#path.length > 0 && this.#path.at(-1)!.taken + 1 === this.#path.at(-1)!.of) this.#path.pop();
      if (this.#path.length === 0) return false;
      this.#path.at(-1)!.taken++;
    }
    this.#begun = true;
    this.#depth = 0;
    return true;
  }

  readonly choose: Choose = (waiting) => {
    const clients = [...new Set(waiting.map(({ client }) => client))].sort();
    const at = this.#depth++;
    if (at === this.#path.length) this.#path.push({ taken: 0, of: clients.length });
    const client = clients[this.#path[at]!.taken];
    return waiting.findIndex((call) => call.client === client);
  };
}

/**
 * Any order at all, the same for the same numbers. Every other schedule changes clients seldom: most races take
 * one long interruption at the one wrong moment, which an even choice nearly never makes.
 */
export function randomSchedule(random: () => number): Choose {
  const patience = random() < 0.5 ? 0 : 0.7 + 0.3 * random();
  let current: number | undefined;
  return (waiting) => {
    const own = waiting.filter(({ client }) => client === current);
    const among = own.length > 0 && random() < patience ? own : waiting;
    const chosen = among[Math.floor(random() * among.length)]!;
    current = chosen.client;
    return waiting.indexOf(chosen);
  };
}
