import fc from "fast-check";
import { expect } from "vitest";
import type { StoredToken, TokenQuery } from "../../src/index.ts";
import { queriesFor } from "../conformance/fixture.ts";
import { delayedKVWorld } from "./delayed-kv-world.ts";

const MINUTE = 60_000;
const LOCATIONS = ["here", "there"] as const;
const USERS = ["ann", "bob", "cy"] as const;

interface Step {
  readonly location: (typeof LOCATIONS)[number];
  readonly user: (typeof USERS)[number];
  readonly action: "save" | "refresh" | "rename" | "delete" | "find";
  /** How long after the step before it this one begins, whether or not that one is over. */
  readonly afterMs: number;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    location: fc.constantFrom(...LOCATIONS),
    user: fc.constantFrom(...USERS),
    action: fc.constantFrom("save", "refresh", "refresh", "rename", "delete", "find"),
    afterMs: fc.constantFrom(0, 0, 100, 1500, 20_000, 61_000),
  }),
  { minLength: 5, maxLength: 40, size: "max" },
);

/**
 * Random calls from two locations of a simulated KV, many under way at once: none may find a wrong token,
 * none that its own location has deleted, and after a minute both must find the same. Needs Vitest's fake
 * timers. Answers with its counts.
 */
export async function runKVSchedules(numRuns: number): Promise<string> {
  let [schedules, calls, found, refused, settledTokens, deletedChecks] = [0, 0, 0, 0, 0, 0];
  await fc.assert(
    fc.asyncProperty(fc.integer(), steps, async (seed, program) => {
      const world = delayedKVWorld(seed, 40);
      const stores = { here: world.open("here"), there: world.open("there") };
      const saved = new Map<string, { userName: string; refreshToken: string }>();
      let serial = 0;
      /** How many saves of a user have begun, and how many are under way. */
      const savesOf = { ann: { begun: 0, open: 0 }, bob: { begun: 0, open: 0 }, cy: { begun: 0, open: 0 } };
      const deletions: { location: Step["location"]; user: Step["user"]; id: string; begun: number }[] = [];

      const check = (asked: TokenQuery, token: StoredToken | null): void => {
        if (!token) return;
        found++;
        for (const [field, value] of Object.entries(asked)) if (value !== undefined) expect(token).toHaveProperty(field, value);
        // Whose access token it is never changes, whatever was merged with what.
        const owner = saved.get(token.accessToken!)!;
        expect(owner.userName.split("+")[0]).toBe(token.userName!.split("+")[0]);
      };

      const perform = async ({ location, user, action }: Step): Promise<void> => {
        const store = stores[location];
        const account = { userName: user, clientId: "c" };
        const tag = `${user}-${++serial}`;
        if (action === "find") return check(account, await store.findToken(account));
        if (action === "delete") {
          const { begun, open } = savesOf[user];
          const events: string[] = [];
          const stop = store.subscribe((event) => void events.push(event.type));
          const token = await store.findToken(account);
          if (token) await store.deleteToken(token.id);
          stop();
          if (token && open === 0 && events.includes("deleted")) deletions.push({ location, user, id: token.id, begun });
          return;
        }
        const fresh = { accessToken: `access-${tag}`, refreshToken: `refresh-${tag}` };
        saved.set(fresh.accessToken, { userName: user, refreshToken: fresh.refreshToken });
        savesOf[user].begun++;
        savesOf[user].open++;
        try {
          const renamed = action === "rename" ? await store.findToken(account) : null;
          await store.saveToken({ ...(renamed ? { id: renamed.id, userName: `${user}+${tag}` } : account), ...fresh });
        } finally {
          savesOf[user].open--;
        }
      };

      const running: Promise<void>[] = [];
      for (const step of program) {
        await world.wait(step.afterMs);
        running.push(
          perform(step).catch((error: { code?: string }) => {
            // Too many writes of a key, or of one record, are told; nothing else may go wrong.
            expect(["ERR_STORE_RATE_LIMITED", "ERR_CONFLICT"]).toContain(error.code);
            refused++;
          }),
        );
        calls++;
        for (const { location, user, id, begun } of deletions) {
          // A save elsewhere may rest on a state from before the deletion, and so bring the token back.
          if (savesOf[user].begun !== begun) continue;
          deletedChecks++;
          expect(await world.run(stores[location].findTokenById(id))).toBeNull();
        }
      }
      await world.run(Promise.all(running));
      await world.wait(MINUTE + 1000);

      const [here, there] = [await world.run(stores.here.getTokens()), await world.run(stores.there.getTokens())];
      expect(there).toEqual(here);
      for (const token of here) {
        settledTokens++;
        for (const store of Object.values(stores)) {
          expect(await world.run(store.findTokenById(token.id))).toEqual(token);
          for (const query of queriesFor(token).slice(1, 5)) check(query, await world.run(store.findToken(query)));
        }
      }
      schedules++;
    }),
    { numRuns },
  );
  return `${schedules} schedules of two locations, ${calls} calls: ${found} tokens found, 0 wrong; ${deletedChecks} times looked for one that was deleted, 0 found; ${settledTokens} tokens the same in both after a minute; ${refused} calls refused for their rate`;
}
