// @vitest-environment happy-dom
import { act, createElement, Profiler, StrictMode, useLayoutEffect } from "react";
import type { ReactNode } from "react";
import { createRoot } from "react-dom/client";
import type { Root } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TokenSource } from "../../examples/react/src/token-source.ts";
import type { TokenState } from "../../examples/react/src/token-source.ts";
import { useToken } from "../../examples/react/src/use-token.ts";
import { createMemoryTokenStore, StoreUnavailableError } from "../../src/index.ts";
import type { EdgeTokenStore, StoredToken } from "../../src/index.ts";

/** A store that counts who listens, and whose reads can be held back. */
class WatchedStore {
  readonly store: EdgeTokenStore = createMemoryTokenStore();
  listening = 0;
  subscriptions = 0;
  readonly reads: { found: Promise<unknown>; release: () => void }[] = [];
  holdReads = false;

  constructor() {
    const { store } = this;
    const subscribe = store.subscribe.bind(store);
    const findToken = store.findToken.bind(store);
    store.subscribe = (listener) => {
      this.listening++;
      this.subscriptions++;
      const end = subscribe(listener);
      return () => {
        this.listening--;
        end();
      };
    };
    store.findToken = async (query) => {
      let release!: () => void;
      const released = new Promise<void>((resolve) => (release = resolve));
      const found = findToken(query);
      this.reads.push({ found, release });
      if (!this.holdReads) release();
      await released;
      return found;
    };
  }

  releaseReads(): void {
    this.holdReads = false;
    for (const { release } of this.reads) release();
  }

  save(accessToken: string, userName = "ann"): Promise<StoredToken> {
    return this.store.saveToken({ userName, clientId: "c", accessToken });
  }
}

let watched: WatchedStore;
let root: Root;
let errors: unknown[];
/** What each component showed at each commit, by its name. */
let commits: Record<string, TokenState>[];
let current: Record<string, TokenState>;

function Reader({ name, userName = "ann" }: { name: string; userName?: string }): ReactNode {
  const state = useToken(watched.store, userName);
  useLayoutEffect(() => {
    current[name] = state;
  });
  return null;
}

const strict = (...children: ReactNode[]): ReactNode => createElement(StrictMode, {}, ...children);
const render = (node: ReactNode): Promise<void> => act(async () => root.render(node));
const accessTokens = (shown: Record<string, TokenState>): unknown[] =>
  Object.values(shown).map((state) => (state.status === "ready" ? (state.token?.accessToken ?? null) : state.status));

beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  watched = new WatchedStore();
  errors = [];
  commits = [];
  current = {};
  // React complains about an uncached snapshot, or a change outside of act, on the console alone.
  vi.spyOn(console, "error").mockImplementation((...complaint) => void errors.push(complaint));
  root = createRoot(document.createElement("div"), { onUncaughtError: (error) => errors.push(error) });
});
afterEach(async () => {
  await act(async () => root.unmount());
  vi.restoreAllMocks();
  expect(errors).toEqual([]);
});

describe("the hook of the React example, under StrictMode", () => {
  it("is loading, then has the token, and follows what is saved and deleted", async () => {
    watched.holdReads = true;
    await render(strict(createElement(Reader, { name: "a" })));
    expect(current["a"]?.status).toBe("loading");
    await act(async () => watched.releaseReads());
    expect(accessTokens(current)).toEqual([null]);
    await act(() => watched.save("t1"));
    expect(accessTokens(current)).toEqual(["t1"]);
    const { id } = await act(() => watched.save("t2"));
    expect(accessTokens(current)).toEqual(["t2"]);
    await act(() => watched.store.deleteToken(id));
    expect(accessTokens(current)).toEqual([null]);
  });

  it("listens to the store once for all components, and no more after the last has gone", async () => {
    await render(strict(createElement(Reader, { key: "a", name: "a" }), createElement(Reader, { key: "b", name: "b" })));
    expect(watched.listening).toBe(1);
    await render(strict(createElement(Reader, { key: "a", name: "a" })));
    expect(watched.listening).toBe(1);
    await render(null);
    expect(watched.listening).toBe(0);
    const reads = watched.reads.length;
    await watched.save("t1");
    expect(watched.reads).toHaveLength(reads);
  });

  it("shows all components one snapshot at every commit", async () => {
    const onRender = (): void => void commits.push({ ...current });
    const readers = ["a", "b", "c"].map((name) => createElement(Reader, { key: name, name }));
    await render(strict(createElement(Profiler, { id: "all", onRender }, readers)));
    watched.holdReads = true;
    for (let save = 0; save < 20; save++) {
      await act(() => watched.save(`t${save}`));
      // Were there a read for each component, each would show its own for a while.
      for (let read = 0; read < watched.reads.length; read++) await act(async () => watched.reads[read]!.release());
    }
    const settled = commits.map((shown) => new Set(accessTokens(shown)));
    expect(settled.filter(({ size }) => size > 1)).toEqual([]);
    expect(accessTokens(commits.at(-1)!)).toEqual(["t19", "t19", "t19"]);
  });

  it("shows another user once the name changes, and never the one before under the new name", async () => {
    await watched.save("of ann");
    await watched.save("of bob", "bob");
    await render(strict(createElement(Reader, { name: "a" })));
    expect(accessTokens(current)).toEqual(["of ann"]);
    watched.holdReads = true;
    await render(strict(createElement(Reader, { name: "a", userName: "bob" })));
    expect(accessTokens(current)).toEqual(["loading"]);
    await act(async () => watched.releaseReads());
    expect(accessTokens(current)).toEqual(["of bob"]);
  });

  it("comes back loading and reads anew, since a log-out may have gone unheard meanwhile", async () => {
    await watched.save("t1");
    await render(strict(createElement(Reader, { name: "a" })));
    await render(null);
    await watched.store.deleteTokens();
    watched.holdReads = true;
    await render(strict(createElement(Reader, { name: "a" })));
    expect(accessTokens(current)).toEqual(["loading"]);
    await act(async () => watched.releaseReads());
    expect(accessTokens(current)).toEqual([null]);
  });

  it("has the error of a failing store, and the token after another try", async () => {
    await watched.save("t1");
    const { findToken } = watched.store;
    watched.store.findToken = () => Promise.reject(new StoreUnavailableError("The engine failed."));
    await render(strict(createElement(Reader, { name: "a" })));
    const failed = current["a"] as TokenState & { reload: () => void };
    expect(failed).toMatchObject({ status: "error", error: { code: "ERR_STORE_UNAVAILABLE" } });
    watched.store.findToken = findToken;
    await act(async () => failed.reload());
    expect(accessTokens(current)).toEqual(["t1"]);
  });
});

describe("the source under the hook", () => {
  it("keeps its snapshot until something changes, and reads nothing before somebody listens", async () => {
    const source = new TokenSource(watched.store, "ann");
    expect(source.getSnapshot()).toBe(source.getSnapshot());
    expect(watched.reads).toHaveLength(0);
    const end = source.subscribe(() => {});
    await vi.waitFor(() => expect(source.getSnapshot().status).toBe("ready"));
    expect(source.getSnapshot()).toBe(source.getSnapshot());
    end();
    end();
    expect(watched.listening).toBe(0);
  });

  it("never goes back to an older answer, and reads once more for all the changes during a read", async () => {
    const source = new TokenSource(watched.store, "ann");
    await watched.save("t0");
    const seen: unknown[] = [];
    watched.holdReads = true;
    const end = source.subscribe(() => seen.push(...accessTokens({ ann: source.getSnapshot() })));
    for (const name of ["t1", "t2", "t3"]) await watched.save(name);
    expect(watched.reads).toHaveLength(1);
    watched.reads[0]!.release();
    await vi.waitFor(() => expect(watched.reads).toHaveLength(2));
    watched.reads[1]!.release();
    await vi.waitFor(() => expect(seen).toEqual(["t0", "t3"]));
    end();
  });

  it("does not take the answer of a read that was asked for before the last listener went", async () => {
    const source = new TokenSource(watched.store, "ann");
    await watched.save("old");
    watched.holdReads = true;
    source.subscribe(() => {})();
    await watched.reads[0]!.found;
    await watched.store.deleteTokens();
    const seen: unknown[] = [];
    const end = source.subscribe(() => seen.push(...accessTokens({ ann: source.getSnapshot() })));
    watched.reads[0]!.release();
    await vi.waitFor(() => expect(watched.reads).toHaveLength(2));
    watched.reads[1]!.release();
    await vi.waitFor(() => expect(seen).toEqual([null]));
    end();
  });
});
