import { expect } from "vitest";
import type { EdgeTokenStore, StoredToken, TokenInput } from "../../src/index.ts";
import { checkTokens, rotateSecret, sweepTokens } from "../../src/maintenance/index.ts";
import { all, expectCode, manualClock } from "../conformance/fixture.ts";
import type { Engine } from "../conformance/fixture.ts";
import type { Call, Program, TokenPattern } from "./program.ts";
import { abortedAfter, SecretsInUse } from "./secrets-in-use.ts";
import { TokenModel } from "./token-model.ts";
import type { ModelToken, Secrets } from "./token-model.ts";

const NO_FAULTS = { missing: 0, stale: 0, wrong: 0, dangling: 0, damaged: 0, unreadable: 0, leftovers: 0 };

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
  readonly #open: (options: object) => EdgeTokenStore;
  readonly #secrets: SecretsInUse;
  readonly #stores: EdgeTokenStore[];
  readonly #clock = manualClock();
  readonly #retention: object;
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
    this.#retention = { idleSeconds: seconds(idle), maxAgeSeconds: seconds(maxAge) };
    this.#open = open;
    this.#secrets = new SecretsInUse(program.secrets);
    this.#stores = program.clients.slice(0, shared ? undefined : 1).map((_, store) => this.#opened(store));
  }

  async step(call: Call): Promise<void> {
    if (call.do === "wait") {
      this.#clock.advance(call.ms);
      return;
    }
    const on = this.#shared ? call.store : 0;
    const store = this.#stores[on]!;
    switch (call.do) {
      case "save":
        await this.#save(store, on, call);
        break;
      case "delete": {
        const id = this.#id(call.id);
        if (await this.#secrets.isAnswered(on, store.deleteToken(this.#real(id)))) this.#model.delete(id);
        break;
      }
      case "find":
        await this.#expectFound(on, store.findToken(this.#realPattern(call.query)), this.#pattern(call.query));
        break;
      case "find all":
        await this.#expectFoundAll(on, this.#pattern(call.query));
        break;
      case "find by id": {
        const id = this.#id(call.id);
        await this.#expectFound(on, store.findTokenById(this.#real(id)), { id });
        break;
      }
      case "stream":
        await this.#expectAnswer(on, all(store.tokens({ pageSize: call.pageSize })).then(byId), byId(this.#listed()));
        break;
      case "list":
        await this.#expectAnswer(on, store.getTokens(), this.#listed());
        break;
      case "delete all":
        await store.deleteTokens();
        this.#model.deleteAll();
        this.#secrets.retireAll();
        break;
      case "check":
        if (this.#secrets.suffice(on)) expect(await checkTokens(store)).toMatchObject({ records: this.#model.count, ...NO_FAULTS });
        else await expectCode(checkTokens(store), "ERR_SECRET_MISMATCH");
        break;
      case "sweep": {
        if (!this.#secrets.suffice(on)) {
          await expectCode(sweepTokens(store), "ERR_SECRET_MISMATCH");
          break;
        }
        const records = this.#model.count;
        expect(await sweepTokens(store)).toMatchObject({ records, unreadable: 0, removed: this.#model.sweep(this.#clock.now()) });
        break;
      }
      case "rotate":
        await this.#rotate(store, on, call.stopAfter);
        break;
      case "reopen":
        // A store in memory would begin empty.
        if (this.#shared) await this.#reopen(on, call.secrets);
    }
  }

  /** At last every token is found by each of its fields, on every store, and a check finds nothing to mend: with the current secret alone, too. */
  async end(): Promise<void> {
    for (const on of this.#stores.keys()) await this.#expectWhole(on);
    if (this.#program.secrets) {
      await this.#reopen(0, [2, 1, 0]);
      await this.#expectWhole(0);
      await this.step({ do: "check", store: 0 });
      await this.step({ do: "rotate", store: 0, stopAfter: undefined });
      await this.#reopen(0, [2]);
      await this.#expectWhole(0);
    }
    await this.step({ do: "check", store: 0 });
  }

  async #expectWhole(on: number): Promise<void> {
    await this.step({ do: "list", store: on });
    for (const { id, userName, clientId, accessToken, refreshToken, grantToken } of this.#model.all()) {
      const fields = { userName, accessToken, refreshToken, grantToken };
      const queries: TokenInput[] = [{ id }, { userName, clientId }, ...Object.entries(fields).map(([field, one]) => ({ [field]: one }))];
      for (const query of queries) {
        await this.#expectFoundAll(on, query);
        await this.#expectFound(on, this.#stores[on]!.findToken(this.#realInput(query)), query);
      }
    }
  }

  async #expectFound(on: number, finding: Promise<StoredToken | null>, query: TokenInput): Promise<void> {
    const client = this.#client(on);
    const found = this.#expected(this.#model.find(query, client, this.#secrets.completed(on)));
    // Of a user's tokens a store that lacks secrets answers the newest that it can read.
    const isOfUser = query.id == null && query.userName != null && (query.clientId ?? client) == null;
    const isAnyOfUser = found !== null && isOfUser && !this.#secrets.suffice(on);
    const expected = isAnyOfUser ? expect.toBeOneOf(this.#foundAll(on, query)) : found;
    await this.#expectAnswer(on, finding, expected, JSON.stringify(query));
  }

  async #expectFoundAll(on: number, query: TokenInput): Promise<void> {
    await this.#expectAnswer(on, this.#stores[on]!.findTokens(this.#realInput(query)), this.#foundAll(on, query), JSON.stringify(query));
  }

  /** The model's, or that secrets are missing, where they are. */
  async #expectAnswer(on: number, asking: Promise<unknown>, expected: unknown, asked?: string): Promise<void> {
    if (await this.#secrets.isAnswered(on, asking)) expect(await asking, asked).toEqual(expected);
  }

  async #save(store: EdgeTokenStore, on: number, { token, ifVersion, later }: Call & { do: "save" }): Promise<void> {
    if (later || on !== this.#lastSaver) this.#clock.advance(1);
    this.#lastSaver = on;
    const saving = store.saveToken(this.#realPattern(token), ifVersion === undefined ? {} : { ifVersion });
    if (!(await this.#secrets.isAnswered(on, saving))) return;
    const secrets = this.#secrets.completed(on);
    const outcome = this.#model.save(this.#pattern(token), { now: this.#clock.now(), ifVersion, client: this.#client(on), secrets });
    if ("refused" in outcome) {
      const error: unknown = await saving.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(outcome.refused).toContain((error as { code?: unknown } | undefined)?.code);
      return;
    }
    const saved = await saving;
    const { id, secret } = outcome.saved;
    this.#secrets.use(secret);
    if (!this.#returned.includes(id)) this.#returned.push(id);
    if (!this.#ids.has(id)) {
      expect([...this.#ids.values()]).not.toContain(saved.id);
      this.#ids.set(id, saved.id);
    }
    expect(saved).toEqual(this.#expected(outcome.saved));
  }

  async #rotate(store: EdgeTokenStore, on: number, stopAfter: number | undefined): Promise<void> {
    const rotating = rotateSecret(store, stopAfter === undefined ? {} : { signal: abortedAfter(stopAfter) });
    if (!this.#secrets.suffice(on)) return expectCode(rotating, "ERR_SECRET_MISMATCH");
    const [current] = this.#secrets.of(on);
    this.#secrets.use(current);
    const progress = await rotating.catch((error: unknown) => {
      expect(error).toMatchObject({ name: "AbortError" });
    });
    if (progress) {
      expect(progress).toMatchObject({ seen: this.#model.count, removed: 0, unreadable: 0 });
      this.#model.move(current);
      this.#secrets.retireAllBut(current);
      return;
    }
    // Which have been moved is the storage's choice, and seen by who has the new secret alone.
    await using reader = this.#open({ ...this.#secrets.option([current]), now: this.#clock.now });
    for (const id of this.#model.ids()) {
      const finding = reader.findTokenById(this.#real(id));
      if (await this.#secrets.isAnswered([current], finding)) {
        expect(await finding).not.toBeNull();
        this.#model.move(current, id);
      }
    }
  }

  #opened(on: number): EdgeTokenStore {
    const client = this.#client(on);
    const secret = this.#program.secrets && this.#secrets.option(this.#secrets.of(on));
    return this.#open({
      now: this.#clock.now,
      retention: this.#retention,
      ...secret,
      ...(client === undefined ? {} : { clientId: client }),
    });
  }

  async #reopen(on: number, secrets: Secrets | undefined): Promise<void> {
    await this.#stores[on]!.close();
    if (secrets) this.#secrets.give(on, secrets);
    this.#stores[on] = this.#opened(on);
    // A store orders its own saves of one millisecond; another one's it can't.
    this.#lastSaver = -1;
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
    return this.#realInput(this.#pattern(fields));
  }

  #realInput(input: TokenInput): TokenInput {
    return input.id == null ? input : { ...input, id: this.#real(input.id) };
  }

  #foundAll(on: number, query: TokenInput): (StoredToken | null)[] {
    return this.#model.findAll(query, this.#client(on)).map((token) => this.#expected(token));
  }

  #listed(): StoredToken[] {
    return this.#model.all().map((token) => this.#expected(token)!);
  }

  #expected(token: ModelToken | undefined): StoredToken | null {
    if (!token) return null;
    const { derived: _derived, order: _order, secret: _secret, ...stored } = token;
    return { ...stored, id: this.#real(token.id) };
  }
}

function byId(tokens: readonly StoredToken[]): StoredToken[] {
  return tokens.toSorted((left, right) => (left.id < right.id ? -1 : 1));
}
