import { ConflictError } from "../../../src/errors.ts";
import type { EdgeTokenStore, StoredToken, TokenStore } from "../../../src/index.ts";
import type { Lock } from "../../../src/locks/index.ts";
import { createProcessLock } from "../../../src/locks/process-lock.ts";
import { createTokenRefresher } from "../../../src/refresh/index.ts";
import { seededRandom } from "../../../src/testing/seeded-random.ts";

const LIFE_MS = 3_600_000;
/** Nothing happens before: a refresh that begins so early is one in millions. */
const QUIET_MS = LIFE_MS - 15 * 60_000;
/** How often each isolate needs a token, on average. */
const CALL_EVERY_MS = 10_000;

export interface Situation {
  readonly isolates: number;
  /** How long a save takes until the other isolates see it. */
  readonly delaySeconds: number;
  readonly jitterSeconds: number;
  /** How many lives of an access token, of an hour each. */
  readonly lives: number;
  readonly seed: number;
  /** Whether they share a lock and its notes, which are seen at once; default false. */
  readonly sharedLock?: boolean;
}

/**
 * Isolates with refreshers of their own over one eventually consistent storage, and no lock that they share:
 * how many refreshes they make for each life of an access token. One would do.
 */
export async function refreshesPerLife({
  isolates,
  delaySeconds,
  jitterSeconds,
  lives,
  seed,
  sharedLock = false,
}: Situation): Promise<number> {
  const random = seededRandom(seed);
  const storage = new EventualStorage(delaySeconds * 1000);
  let requests = 0;
  const refresh = async (): Promise<{ accessToken: string; expiresAt: number }> => {
    requests++;
    return { accessToken: `fresh-${requests}`, expiresAt: storage.now + LIFE_MS };
  };
  const shared = sharedBy(() => storage.now);
  const refreshers = Array.from({ length: isolates }, (_, isolate) =>
    createTokenRefresher({
      store: storage.seenBy(isolate),
      refresh,
      jitterSeconds,
      random,
      lock: sharedLock ? shared : createProcessLock(),
      now: () => storage.now,
    }),
  );
  const pause = (): number => -Math.log(1 - random()) * CALL_EVERY_MS;
  for (let life = 0; life < lives; life++) {
    const begin = requests === 0 ? 0 : storage.latest().updatedAt + QUIET_MS;
    const end = storage.latest().expiresAt! + 2 * delaySeconds * 1000;
    const calls = refreshers.map((refresher) => ({ refresher, at: begin + pause() }));
    for (;;) {
      let next = calls[0]!;
      for (const call of calls) if (call.at < next.at) next = call;
      if (next.at > end) break;
      storage.now = next.at;
      await next.refresher.getAccessToken({ id: "1" });
      next.at += pause();
    }
  }
  return requests / lives;
}

/** A lock whose notes go by the simulation's clock. */
function sharedBy(now: () => number): Lock {
  const notes = new Map<string, { text: string; goneAt: number }>();
  const lock = createProcessLock();
  return {
    request: (name, options, callback) => lock.request(name, options, callback),
    notes: {
      read: async (name) => {
        const note = notes.get(name);
        return note && note.goneAt > now() ? note.text : undefined;
      },
      write: async (name, text, ttlMs) => void notes.set(name, { text, goneAt: now() + ttlMs }),
    },
  };
}

/** Each isolate sees its own saves at once and those of others after the delay; the last one wins. */
class EventualStorage {
  now = 0;
  readonly #delayMs: number;
  #saves: { by: number; at: number; token: StoredToken }[] = [
    {
      by: -1,
      at: -Infinity,
      token: { id: "1", refreshToken: "r", accessToken: "first", expiresAt: LIFE_MS, createdAt: 0, updatedAt: 0, version: 1 },
    },
  ];

  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  latest(): StoredToken {
    return this.#saves.at(-1)!.token;
  }

  seenBy(isolate: number): TokenStore & Pick<EdgeTokenStore, "capabilities"> {
    const find = async (): Promise<StoredToken> => ({ ...this.#visibleTo(isolate) });
    return {
      findToken: find,
      findTokenById: find,
      saveToken: async (fields, options) => {
        const stored = this.#visibleTo(isolate);
        if (options?.ifVersion !== stored.version) throw new ConflictError("Another version is stored.");
        const token = { ...stored, ...(fields as StoredToken), updatedAt: this.now, version: stored.version + 1 };
        // What everybody sees by now need not be kept.
        const seen = this.#saves.findLastIndex(({ at }) => at + this.#delayMs <= this.now);
        this.#saves = [...this.#saves.slice(Math.max(0, seen)), { by: isolate, at: this.now, token }];
        return { ...token };
      },
      deleteToken: () => Promise.reject(new Error("Nobody logs out here.")),
      deleteTokens: () => Promise.reject(new Error("Nobody logs out here.")),
      getTokens: async () => [await find()],
      capabilities: {
        engine: "simulated",
        atomic: false,
        consistency: "eventual",
        durable: true,
        ttl: false,
        sealed: false,
        persistent: true,
      },
    };
  }

  #visibleTo(isolate: number): StoredToken {
    return this.#saves.findLast(({ by, at }) => by === isolate || at + this.#delayMs <= this.now)!.token;
  }
}
