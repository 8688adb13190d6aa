import { expect } from "vitest";
import type { EdgeTokenStore, StoredToken, TokenInput } from "../../src/index.ts";
import { checkTokens } from "../../src/maintenance/index.ts";
import { all, manualClock } from "../conformance/fixture.ts";
import type { Engine } from "../conformance/fixture.ts";
import type { Call, Program, TokenPattern } from "./program.ts";
import { TokenModel } from "./token-model.ts";
import type { ModelToken } from "./token-model.ts";

/** Runs the program on an engine and on the model, side by side. @throws where they differ */
export async function runProgram(engine: Engine, program: Program): Promise<void> {
  const fixture = await engine.create();
  try {
    const run = new ProgramRun(program, engine.shared, (options) => fixture.open(options));
    for (const call of program.calls) await run.step(call);
    await run.end();
  } finally {
    await fixture.dispose();
  }
}

class ProgramRun {
  readonly #program: Program;
  readonly #shared: boolean;
  readonly #open: (store: number) => EdgeTokenStore;
  readonly #stores: EdgeTokenStore[];
  readonly #clock = manualClock();
  readonly #model: TokenModel;
  /** The ids that saves have returned, as the model calls them, and the store's for each. */
  readonly #returned: string[] = [];
  readonly #ids = new Map<string, string>();
  #lastSaver = 0;

  constructor(program: Program, shared: boolean, open: (options: object) => EdgeTokenStore) {
    this.#program = program;
    this.#shared = shared;
    const { idle = Infinity, maxAge = Infinity } = program.retention;
    const seconds = (ms: number): number | undefined => (ms === Infinity ? undefined : ms / 1000);
    this.#model = new TokenModel(({ createdAt, updatedAt }) => {
      const now = this.#clock.now();
      return now < updatedAt + idle && now < createdAt + maxAge;
    });
    this.#open = (store) => {
      const client = this.#client(store);
      const retention = { idleSeconds: seconds(idle), maxAgeSeconds: seconds(maxAge) };
      return open({ now: this.#clock.now, retention, ...(client === undefined ? {} : { clientId: client }) });
    };
    this.#stores = program.clients.slice(0, shared ? undefined : 1).map((_, store) => this.#open(store));
  }

  async step(call: Call): Promise<void> {
    if (call.do === "wait") {
      this.#clock.advance(call.ms);
      return;
    }
    const on = this.#shared ? call.store : 0;
    const store = this.#stores[on]!;
    const client = this.#client(on);
    switch (call.do) {
      case "save":
        await this.#save(store, on, call);
        break;
      case "delete": {
        const id = this.#id(call.id);
        await store.deleteToken(this.#real(id));
        this.#model.delete(id);
        break;
      }
      case "find":
        expect(await store.findToken(this.#realPattern(call.query))).toEqual(
          this.#expected(this.#model.find(this.#pattern(call.query), client)),
        );
        break;
      case "find all":
        expect(await store.findTokens(this.#realPattern(call.query))).toEqual(
          this.#model.findAll(this.#pattern(call.query), client).map((token) => this.#expected(token)),
        );
        break;
      case "find by id": {
        const id = this.#id(call.id);
        expect(await store.findTokenById(this.#real(id))).toEqual(this.#expected(this.#model.find({ id })));
        break;
      }
      case "stream":
        expect(byId(await all(store.tokens({ pageSize: call.pageSize })))).toEqual(byId(this.#listed()));
        break;
      case "list":
        expect(await store.getTokens()).toEqual(this.#listed());
        break;
      case "delete all":
        await store.deleteTokens();
        this.#model.deleteAll();
        break;
      case "reopen":
        // A store in memory would begin empty.
        if (!this.#shared) break;
        await store.close();
        this.#stores[on] = this.#open(on);
        // A store orders its own saves of one millisecond; another one's it can't.
        this.#lastSaver = -1;
    }
  }

  /** At last every token is found by each of its fields, on every store, and a check finds nothing to mend. */
  async end(): Promise<void> {
    for (const [on, store] of this.#stores.entries()) {
      expect(await store.getTokens()).toEqual(this.#listed());
      for (const { id, userName, clientId, accessToken, refreshToken, grantToken } of this.#model.all()) {
        const fields = { userName, accessToken, refreshToken, grantToken };
        const queries: TokenInput[] = [{ id }, { userName, clientId }, ...Object.entries(fields).map(([field, one]) => ({ [field]: one }))];
        for (const query of queries) {
          const real = query.id == null ? query : { id: this.#real(query.id) };
          const found = this.#model.findAll(query, this.#client(on)).map((token) => this.#expected(token));
          expect(await store.findTokens(real), JSON.stringify(query)).toEqual(found);
        }
      }
    }
    const faults = { missing: 0, stale: 0, wrong: 0, dangling: 0, damaged: 0, unreadable: 0, leftovers: 0 };
    expect(await checkTokens(this.#stores[0]!)).toMatchObject({ records: this.#model.count, ...faults });
  }

  async #save(store: EdgeTokenStore, on: number, { token, ifVersion, later }: Call & { do: "save" }): Promise<void> {
    if (later || on !== this.#lastSaver) this.#clock.advance(1);
    this.#lastSaver = on;
    const outcome = this.#model.save(this.#pattern(token), { now: this.#clock.now(), ifVersion, client: this.#client(on) });
    const saving = store.saveToken(this.#realPattern(token), ifVersion === undefined ? {} : { ifVersion });
    if ("refused" in outcome) {
      const error: unknown = await saving.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(outcome.refused).toContain((error as { code?: unknown } | undefined)?.code);
      return;
    }
    const saved = await saving;
    const { id } = outcome.saved;
    if (!this.#returned.includes(id)) this.#returned.push(id);
    if (!this.#ids.has(id)) {
      expect([...this.#ids.values()]).not.toContain(saved.id);
      this.#ids.set(id, saved.id);
    }
    expect(saved).toEqual(this.#expected(outcome.saved));
  }

  #client(store: number): string | undefined {
    const client = this.#program.clients[store];
    return client === undefined ? undefined : this.#program.values[client];
  }

  #id(id: NonNullable<TokenPattern["id"]>): string {
    if ("own" in id) return this.#program.values[id.own]!;
    return this.#returned[id.returned] ?? "never returned";
  }

  /** What the store calls an id of the model's: a caller's own is itself. */
  #real(id: string): string {
    return this.#ids.get(id) ?? id;
  }

  #pattern(fields: TokenPattern): TokenInput {
    const entries = Object.entries(fields).map(([field, one]) => {
      if (one == null || field === "expiresAt") return [field, one];
      return [field, typeof one === "object" ? this.#id(one) : this.#program.values[one]];
    });
    return Object.fromEntries(entries) as TokenInput;
  }

  #realPattern(fields: TokenPattern): TokenInput {
    const input = this.#pattern(fields);
    return input.id == null ? input : { ...input, id: this.#real(input.id) };
  }

  #listed(): StoredToken[] {
    return this.#model.all().map((token) => this.#expected(token)!);
  }

  #expected(token: ModelToken | undefined): StoredToken | null {
    if (!token) return null;
    const { derived: _derived, order: _order, ...stored } = token;
    return { ...stored, id: this.#real(token.id) };
  }
}

function byId(tokens: readonly StoredToken[]): StoredToken[] {
  return tokens.toSorted((left, right) => (left.id < right.id ? -1 : 1));
}
