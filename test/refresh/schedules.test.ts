import fc from "fast-check";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createMemoryTokenStore } from "../../src/index.ts";
import type { StoredToken } from "../../src/index.ts";
import { createProcessLock } from "../../src/locks/index.ts";
import { createTokenRefresher } from "../../src/refresh/index.ts";
import { seededRandom } from "../../src/testing/index.ts";
import { ANN, troubled, unavailable } from "./world.ts";

const SCHEDULES = 1000;
const SIBLINGS = 3;
const SETTLED_MS = 30 * 60_000;

type Trouble = "network" | "503" | "429" | "html";

type Step =
  | { readonly do: "get"; readonly sibling: number; readonly force: boolean }
  | { readonly do: "delete" | "logOut" | "logIn" | "rename" }
  | { readonly do: "outage"; readonly ms: number }
  | { readonly do: "trouble"; readonly kind: Trouble; readonly count: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("get" as const), sibling: fc.nat(SIBLINGS - 1), force: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("delete" as const, "logOut" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("logIn" as const, "rename" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("outage" as const), ms: fc.integer({ min: 1, max: 200_000 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("trouble" as const),
      kind: fc.constantFrom<Trouble[]>("network", "503", "429", "html"),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
);
const pauseMs = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 4_000_000 }));
const schedule = fc.record({
  steps: fc.array(fc.tuple(pauseMs, step), { minLength: 3, maxLength: 25 }),
  rotating: fc.boolean(),
  seed: fc.integer(),
});

const waited = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A provider that takes a refresh token once where it rotates them, and knows which one of each log-in is good. */
class RotatingProvider {
  requests = 0;
  overlaps = 0;
  readonly trouble: Trouble[] = [];
  readonly #good = new Map<string, string>();
  readonly #inFlight = new Set<string>();
  readonly #rotating: boolean;
  readonly #random: () => number;
  #count = 0;

  constructor(rotating: boolean, random: () => number) {
    this.#rotating = rotating;
    this.#random = random;
  }

  logIn(): { refreshToken: string; accessToken: string; expiresAt: number } {
    const line = `line${++this.#count}`;
    this.#good.set(line, `${line}.0`);
    return { refreshToken: `${line}.0`, accessToken: `${line}.access`, expiresAt: Date.now() + 3_600_000 };
  }

  goodOf(refreshToken: string): string {
    return this.#good.get(refreshToken.split(".")[0]!)!;
  }

  readonly refresh = async ({ refreshToken }: StoredToken): Promise<Response> => {
    this.requests++;
    if (this.#inFlight.has(refreshToken!)) this.overlaps++;
    this.#inFlight.add(refreshToken!);
    try {
      await waited(this.#random() * 2000);
      switch (this.trouble.shift()) {
        case "network":
          throw new TypeError("fetch failed");
        case "503":
          return new Response("", { status: 503 });
        case "429":
          return new Response("", { status: 429 });
        case "html":
          return new Response("<!doctype html>");
        case undefined:
          return Response.json(this.#grant(refreshToken!));
      }
    } finally {
      this.#inFlight.delete(refreshToken!);
    }
  };

  #grant(refreshToken: string): object {
    if (this.goodOf(refreshToken) !== refreshToken) return { error: "invalid_grant" };
    const number = ++this.#count;
    const access = { access_token: `access${number}`, expires_in: 3600 };
    if (!this.#rotating) return access;
    const next = `${refreshToken.split(".")[0]}.${number}`;
    this.#good.set(next.split(".")[0]!, next);
    return { ...access, refresh_token: next };
  }
}

beforeAll(() => {
  vi.useFakeTimers({
    now: 1_700_000_000_000,
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
  });
  // Digests come from a thread pool, whose timing no schedule decides.
  vi.spyOn(globalThis.crypto, "subtle", "get").mockReturnValue(undefined as never);
});
afterAll(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it(`${SCHEDULES} random schedules of refresh, delete, save and failure neither overlap, nor resurrect, nor lose a token`, async () => {
  const seen = { refreshes: 0, answers: 0, errors: 0, deletions: 0, failedSaves: 0 };
  await fc.assert(
    fc.asyncProperty(schedule, async ({ steps, rotating, seed }) => {
      const random = seededRandom(seed);
      const provider = new RotatingProvider(rotating, random);
      const store = createMemoryTokenStore({ now: () => Date.now() });
      const lock = createProcessLock();
      let outageUntil = 0;
      const slow = troubled(store, async (method) => {
        await waited(random() * 50);
        if (method === "saveToken" && Date.now() < outageUntil) {
          seen.failedSaves++;
          throw unavailable();
        }
      });
      const siblings = Array.from({ length: SIBLINGS }, () =>
        createTokenRefresher({ store: slow, lock, refresh: provider.refresh, random, now: () => Date.now() }),
      );
      const calls: Promise<unknown>[] = [];
      const get = (sibling: number, forceRefresh: boolean): void => {
        const call = siblings[sibling]!.getAccessToken(ANN, { forceRefresh });
        calls.push(
          call.then(
            () => seen.answers++,
            (error: { code?: string }) => {
              expect(error.code).toMatch(/^ERR_(REAUTHENTICATION_REQUIRED|REFRESH_FAILED|REFRESH_RATE_LIMITED)$/);
              seen.errors++;
            },
          ),
        );
      };

      let line = provider.logIn();
      await store.saveToken({ ...ANN, ...line });
      let loggedIn = true;
      for (const [ms, one] of steps) {
        await vi.advanceTimersByTimeAsync(ms);
        if (one.do === "get") get(one.sibling, one.force);
        else if (one.do === "outage") outageUntil = Date.now() + one.ms;
        else if (one.do === "trouble") provider.trouble.push(...Array.from({ length: one.count }, () => one.kind));
        else if (one.do === "rename" && loggedIn) await store.saveToken({ ...ANN, scope: `scope${random()}` });
        else if (one.do === "delete" || one.do === "logOut") {
          // The store's own delay passes before the deletion: it is done when that is over.
          if (one.do === "delete") await store.deleteToken((await store.findToken(ANN))?.id ?? "none");
          else await createTokenRefresher({ store, lock, refresh: provider.refresh }).logOut(ANN);
          loggedIn = false;
          seen.deletions++;
        } else if (one.do === "logIn") {
          line = provider.logIn();
          await store.saveToken({ ...ANN, ...line });
          loggedIn = true;
        }
      }
      outageUntil = 0;
      provider.trouble.length = 0;
      await vi.advanceTimersByTimeAsync(SETTLED_MS);
      // A save that was given up is tried again at the next use.
      for (let sibling = 0; sibling < SIBLINGS; sibling++) get(sibling, false);
      await vi.advanceTimersByTimeAsync(SETTLED_MS);
      await Promise.all(calls);
      seen.refreshes += provider.requests;

      expect(provider.overlaps).toBe(0);
      const stored = await store.getTokens();
      expect(stored.length).toBe(loggedIn ? 1 : 0);
      if (loggedIn) {
        expect(stored[0]!.refreshToken).toBe(provider.goodOf(line.refreshToken));
        expect(provider.goodOf(stored[0]!.refreshToken!)).toBe(stored[0]!.refreshToken);
      }
    }),
    { numRuns: SCHEDULES },
  );
  console.log(
    `${SCHEDULES} schedules: ${seen.refreshes} refreshes, ${seen.answers} answers, ${seen.errors} typed errors, ` +
      `${seen.deletions} deletions, ${seen.failedSaves} failed saves; no overlap, no resurrection, no loss`,
  );
  expect(seen.refreshes).toBeGreaterThan(SCHEDULES);
  expect(seen.failedSaves).toBeGreaterThan(100);
});
