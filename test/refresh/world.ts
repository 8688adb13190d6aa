import { onTestFinished, vi } from "vitest";
import { createMemoryTokenStore, StoreUnavailableError } from "../../src/index.ts";
import type { EdgeTokenStore, StoredToken, TokenStore } from "../../src/index.ts";
import { createProcessLock } from "../../src/locks/index.ts";
import type { Lock } from "../../src/locks/index.ts";
import { lockName } from "../../src/locks/lock-name.ts";
import { TokenEndpoint } from "../../src/testing/index.ts";
import { createTokenRefresher } from "../../src/refresh/index.ts";
import type { RefreshEvent, TokenRefresher, TokenRefresherOptions } from "../../src/refresh/index.ts";

const START = 1_700_000_000_000;
export const ANN = { userName: "ann", clientId: "c" };
const HOUR_S = 3600;

/** From here on the clock and all timers stand still until the test moves them. */
export function stopTime(): void {
  vi.useFakeTimers({ now: START, toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"] });
  // Digests come from a thread pool, whose time nobody can stop.
  const subtle = vi.spyOn(globalThis.crypto, "subtle", "get").mockReturnValue(undefined as never);
  onTestFinished(() => {
    vi.useRealTimers();
    subtle.mockRestore();
  });
}

/** Lets everything run that waits for no timer. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** The machine sleeps: the clock goes on, timers don't. */
export function sleep(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

/** Moves the clock in steps, and lets everything happen that is due on the way. */
export async function pass(ms: number, steps = 20): Promise<void> {
  for (let step = 0; step < steps; step++) {
    await settle();
    await vi.advanceTimersByTimeAsync(ms / steps);
  }
  await settle();
}

export interface World {
  readonly store: EdgeTokenStore;
  readonly provider: TokenEndpoint;
  readonly lock: Lock;
  readonly events: RefreshEvent[];
  readonly refresher: TokenRefresher;
  readonly token: StoredToken;
  /** A sibling takes the lock of the token, and holds it until this is called; resolves once it is free. */
  holdLock(): Promise<() => Promise<void>>;
  /** Another refresher over the same store, lock and provider, as another tab or process has it. */
  another(options?: Partial<TokenRefresherOptions>): TokenRefresher;
}

/** A refresher, and one token whose access token expires in so many seconds; a minute ago by default. */
export async function world({
  expiresInS = -60,
  options = {},
}: { expiresInS?: number; options?: Partial<TokenRefresherOptions> } = {}): Promise<World> {
  const store = createMemoryTokenStore({ now: () => Date.now() });
  const provider = new TokenEndpoint();
  const lock = createProcessLock();
  const events: RefreshEvent[] = [];
  // Saved an hour before it expires, as if by a refresh.
  const token = await saveAsOf(store, Date.now() + (expiresInS - HOUR_S) * 1000, { expiresAt: Date.now() + expiresInS * 1000 });
  const another = (own: Partial<TokenRefresherOptions> = {}): TokenRefresher =>
    createTokenRefresher({ store, lock, refresh: provider.refresh, jitterSeconds: 0, ...options, ...own });
  const refresher = another();
  refresher.subscribe((event) => events.push(event));
  const holdLock = async (): Promise<() => Promise<void>> => {
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const holding = lock.request(await lockName("tokens", token.id), {}, () => gate);
    return () => {
      open();
      return holding;
    };
  };
  return { store, provider, lock, events, refresher, token, holdLock, another };
}

async function saveAsOf(store: TokenStore, instant: number, fields: { expiresAt: number }): Promise<StoredToken> {
  const now = vi.spyOn(Date, "now").mockReturnValue(instant);
  try {
    return await store.saveToken({ ...ANN, refreshToken: "refresh", accessToken: "old", apiDomain: "http://127.0.0.1", ...fields });
  } finally {
    now.mockRestore();
  }
}

/** The provider's next answer is not given before this is called. */
export function withhold(provider: TokenEndpoint, answer: () => object = () => provider.grant()): () => void {
  let give = (): void => {};
  const given = new Promise<void>((resolve) => (give = resolve));
  provider.queued.push(() => given.then(answer));
  return give;
}

/** The store, but each call asks `before` first, which may wait or throw. */
export function troubled(store: TokenStore, before: (method: keyof TokenStore) => void | Promise<void>): TokenStore {
  const methods = ["findToken", "findTokenById", "saveToken", "deleteToken", "getTokens", "deleteTokens"] as const;
  const wrapped = methods.map((method) => [
    method,
    async (...args: unknown[]) => {
      await before(method);
      return (store[method] as (...given: unknown[]) => unknown)(...args);
    },
  ]);
  return Object.fromEntries(wrapped) as TokenStore;
}

export const unavailable = (): Error => new StoreUnavailableError("The storage is gone.");

/** The store, whose saves fail until they are told to work. */
export function failing(store: TokenStore): { store: TokenStore; saves: { work: boolean; tried: number } } {
  const saves = { work: false, tried: 0 };
  const before = (method: keyof TokenStore): void => {
    if (method !== "saveToken") return;
    saves.tried++;
    if (!saves.work) throw unavailable();
  };
  return { store: troubled(store, before), saves };
}

export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => "fulfilled",
    (error: { code?: string }) => error.code ?? error,
  );
}
