import { isExpired } from "../../src/index.ts";
import type { CustomTokenStoreOptions } from "../../src/backends/custom/index.ts";
import type { EdgeTokenStore, SaveOptions, StoredToken, TokenInput, TokenQuery } from "../../src/index.ts";

/** The methods in which a store goes wrong; the others are those of the sound one. */
type Overrides = Partial<EdgeTokenStore>;

export interface BrokenStore {
  readonly fault: string;
  /** The group of cases that stands guard against it. */
  readonly guard: string;
  readonly mutate?: (sound: EdgeTokenStore) => Overrides;
  /** What it makes of the options that it is opened with. */
  readonly options?: (options: CustomTokenStoreOptions) => CustomTokenStoreOptions;
}

/** The same token with what the function makes of each field; what is no token stays what it is. */
function edited(token: TokenInput, edit: (field: [name: string, value: unknown]) => [name: string, value: unknown][]): TokenInput {
  return token && typeof token === "object" ? Object.fromEntries(Object.entries(token).flatMap(edit)) : token;
}

const withText = (token: TokenInput, change: (value: string) => string): TokenInput =>
  edited(token, ([name, value]) => [[name, typeof value === "string" ? change(value) : value]]);

const without = (names: readonly string[], token: TokenInput): TokenInput =>
  edited(token, (field) => (names.includes(field[0]) ? [] : [field]));

const withoutOption =
  (name: keyof CustomTokenStoreOptions | "nameSpace") =>
  (options: CustomTokenStoreOptions): CustomTokenStoreOptions =>
    Object.fromEntries(Object.entries(options).filter(([other]) => other !== name)) as unknown as CustomTokenStoreOptions;

type Mutate = NonNullable<BrokenStore["mutate"]>;

/** Queries and tokens are changed alike, as a store does that normalises what it is given. */
function normalising(change: (value: string) => string): Mutate {
  return (sound) => ({
    findToken: (query) => sound.findToken(withText(query, change)),
    findTokens: (query) => sound.findTokens(withText(query, change)),
    saveToken: (token, options) => sound.saveToken(withText(token, change), options),
  });
}

const saving = (change: (sound: EdgeTokenStore, token: TokenInput, options?: SaveOptions) => Promise<StoredToken>): Mutate => {
  return (sound) => ({ saveToken: (token, options) => change(sound, token, options) });
};

const finding = (change: (sound: EdgeTokenStore, query: TokenQuery) => Promise<StoredToken[]>): Mutate => {
  return (sound) => ({ findToken: async (query) => (await change(sound, query))[0] ?? null, findTokens: (query) => change(sound, query) });
};

/** Nearly right: each token is the one that was handed out before, as long as nothing was saved. */
function keeping(method: "findToken" | "findTokens" | "findTokenById" | "getTokens" | "tokens"): Mutate {
  return (sound) => {
    const kept = new Map<string, StoredToken>();
    const shared = (token: StoredToken): StoredToken => {
      const before = kept.get(token.id);
      if (before?.updatedAt !== token.updatedAt) kept.set(token.id, token);
      return kept.get(token.id)!;
    };
    const overrides: Overrides = {
      findToken: async (query) => orNull(await sound.findToken(query), shared),
      findTokenById: async (id) => orNull(await sound.findTokenById(id), shared),
      findTokens: async (query) => (await sound.findTokens(query)).map(shared),
      getTokens: async () => (await sound.getTokens()).map(shared),
      tokens: (options) => mapped(sound.tokens(options), shared),
    };
    return { [method]: overrides[method] };
  };
}

const orNull = (token: StoredToken | null, change: (token: StoredToken) => StoredToken): StoredToken | null => token && change(token);

async function* mapped<Item>(items: AsyncIterable<Item>, change: (item: Item) => Item): AsyncGenerator<Item> {
  for await (const item of items) yield change(item);
}

const anyId = (id: unknown): string => (typeof id === "string" && id !== "" ? id : "none");

export const BROKEN_STORES: readonly BrokenStore[] = [
  { fault: "folds case", guard: "find", mutate: normalising((value) => value.toLowerCase()) },
  { fault: "trims", guard: "find", mutate: normalising((value) => value.trim() || value) },
  { fault: "normalises Unicode", guard: "hostile values", mutate: normalising((value) => value.normalize("NFC")) },
  { fault: "ends a value at a zero byte", guard: "hostile values", mutate: normalising((value) => value.split("\0")[0] || value) },
  {
    fault: "makes broken surrogates well-formed",
    guard: "hostile values",
    mutate: normalising((value) => new TextDecoder().decode(new TextEncoder().encode(value))),
  },
  {
    fault: "returns the first row where nothing is found",
    guard: "find",
    mutate: finding(async (sound, query) => {
      const found = await sound.findTokens(query);
      return found.length > 0 ? found : (await sound.getTokens()).slice(0, 1);
    }),
  },
  {
    fault: "returns the first row for an empty query",
    guard: "find",
    mutate: finding(async (sound, query) =>
      Object.keys(query).length > 0 ? sound.findTokens(query) : (await sound.getTokens()).slice(0, 1),
    ),
  },
  {
    fault: "goes on to other fields where an id is unknown",
    guard: "find",
    mutate: finding(async (sound, query) => {
      const found = await sound.findTokens(query);
      return found.length > 0 ? found : sound.findTokens(without(["id"], query));
    }),
  },
  {
    fault: "forgets the client in a look-up",
    guard: "find",
    mutate: finding((sound, query) => sound.findTokens(without(["clientId"], query))),
  },
  {
    fault: "finds no token that has expired",
    guard: "find",
    mutate: finding(async (sound, query) => (await sound.findTokens(query)).filter((token) => !isExpired(token))),
  },
  {
    fault: "finds the least recently saved first",
    guard: "find",
    mutate: finding(async (sound, query) => (await sound.findTokens(query)).toReversed()),
  },
  { fault: "finds one of several", guard: "find", mutate: finding(async (sound, query) => (await sound.findTokens(query)).slice(0, 1)) },
  ...(["findToken", "findTokens", "findTokenById", "getTokens", "tokens"] as const).map((method) => ({
    fault: `hands out by ${method} the objects that it keeps`,
    guard: "copies",
    mutate: keeping(method),
  })),
  {
    fault: "reads what it saves some time after the call",
    guard: "copies",
    mutate: saving(async (sound, token, options) => {
      await Promise.resolve();
      return sound.saveToken(token, options);
    }),
  },
  {
    fault: "reads what it looks for some time after the call",
    guard: "copies",
    mutate: finding(async (sound, query) => {
      await Promise.resolve();
      return sound.findTokens(query);
    }),
  },
  {
    fault: "does not tell when a token was saved last",
    guard: "list",
    mutate: saving(async (sound, token, options) => {
      const saved = await sound.saveToken(token, options);
      return { ...saved, updatedAt: saved.createdAt };
    }),
  },
  { fault: "promises nothing", guard: "capabilities", mutate: () => ({ capabilities: {} as never }) },
  { fault: "is not closed where it is disposed of", guard: "close", mutate: () => ({ [Symbol.asyncDispose]: async () => {} }) },
  {
    fault: "keeps what null should clear",
    guard: "save",
    mutate: saving((sound, token, options) =>
      sound.saveToken(
        edited(token, (field) => (field[1] === null ? [] : [field])),
        options,
      ),
    ),
  },
  {
    fault: "clears what is undefined",
    guard: "save",
    mutate: saving((sound, token, options) =>
      sound.saveToken(
        edited(token, ([name, value]) => [[name, value ?? null]]),
        options,
      ),
    ),
  },
  {
    fault: "replaces the record instead of merging into it",
    guard: "save",
    mutate: saving(async (sound, token, options) => {
      const stored = await sound.findToken(token);
      const cleared = stored ? Object.fromEntries(["refreshToken", "scope", "tokenType", "apiDomain"].map((name) => [name, null])) : {};
      return sound.saveToken({ ...cleared, ...token }, options);
    }),
  },
  {
    fault: "keeps the old expiry with a new access token",
    guard: "save",
    mutate: saving(async (sound, token, options) => {
      const { expiresAt } = (await sound.findToken(token)) ?? {};
      return sound.saveToken(expiresAt === undefined ? token : { expiresAt, ...token }, options);
    }),
  },
  {
    fault: "ignores the version that a save is made for",
    guard: "save",
    mutate: saving((sound, token) => sound.saveToken(token)),
  },
  {
    fault: "tells of a version that it did not write",
    guard: "save",
    mutate: saving(async (sound, token, options) => {
      const saved = await sound.saveToken(token, options);
      return { ...saved, version: saved.version + 1 };
    }),
  },
  {
    fault: "resolves before the save is done",
    guard: "save",
    mutate: saving(async (sound, token, options) => {
      void sound.saveToken(token, options).catch(() => {});
      return { id: "early", createdAt: 0, updatedAt: 0, version: 1, ...(without([], token) as object) };
    }),
  },
  {
    fault: "gives every save an id of its own",
    guard: "save",
    mutate: (sound) => {
      let count = 0;
      return { saveToken: (token, options) => sound.saveToken({ ...token, id: token.id ?? `counted-${++count}` }, options) };
    },
  },
  {
    fault: "takes unknown fields",
    guard: "bad input",
    mutate: saving((sound, token, options) => sound.saveToken(without(["access_token"], token), options)),
  },
  {
    fault: "takes an empty string for no value",
    guard: "bad input",
    mutate: saving((sound, token, options) =>
      sound.saveToken(
        edited(token, (field) => (field[1] === "" ? [] : [field])),
        options,
      ),
    ),
  },
  {
    fault: "rejects where an id to delete is unknown",
    guard: "delete",
    mutate: (sound) => ({
      async deleteToken(id) {
        if (!(await sound.findTokenById(id))) throw new Error("not found");
        await sound.deleteToken(id);
      },
    }),
  },
  {
    fault: "deletes one token where all are to go",
    guard: "delete",
    mutate: (sound) => ({
      async deleteTokens() {
        const [first] = await sound.getTokens();
        if (first) await sound.deleteToken(first.id);
      },
    }),
  },
  {
    fault: "lists the least recently saved first",
    guard: "list",
    mutate: (sound) => ({ getTokens: async () => (await sound.getTokens()).toReversed() }),
  },
  { fault: "tells of nothing", guard: "events", mutate: () => ({ subscribe: () => () => {} }) },
  {
    fault: "goes on telling who has left",
    guard: "events",
    mutate: (sound) => ({
      subscribe(listener) {
        sound.subscribe(listener);
        return () => {};
      },
    }),
  },
  { fault: "goes on after it was closed", guard: "close", mutate: () => ({ close: async () => {} }) },
  { fault: "finds sessions that are over", guard: "retention", options: withoutOption("retention") },
  { fault: "keeps tokens in plain text", guard: "at rest", options: (options) => ({ ...options, secret: false }) },
  { fault: "forgets the client that it serves", guard: "find", options: withoutOption("clientId") },
  { fault: "puts all namespaces into one", guard: "delete", options: withoutOption("namespace") },
  { fault: "has a clock of its own", guard: "save", options: withoutOption("now") },
  {
    fault: "takes unknown options",
    guard: "bad input",
    options: withoutOption("nameSpace"),
  },
  { fault: "takes any number of records to remember", guard: "bad input", options: withoutOption("memo") },
  { fault: "takes any look-ups", guard: "bad input", options: withoutOption("lookups") },
  {
    fault: "makes an id of whatever it is given",
    guard: "bad input",
    mutate: (sound) => ({
      findTokenById: (id) => sound.findTokenById(anyId(id)),
      deleteToken: (id) => sound.deleteToken(anyId(id)),
    }),
  },
  {
    fault: "streams a token from an empty store",
    guard: "list",
    mutate: (sound) => ({
      tokens: (options) => {
        const tokens = sound.tokens(options);
        return (async function* () {
          yield* tokens;
          if ((await sound.getTokens()).length === 0) yield { id: "phantom", createdAt: 0, updatedAt: 0, version: 1 };
        })();
      },
    }),
  },
];
