import fc from "fast-check";
import { HOSTILE_VALUES } from "../../src/testing/hostile-values.ts";
import type { Secrets } from "./token-model.ts";

/** A field of a token: the number of a value, `null`, or `undefined` and said so. */
type Value = number | null | undefined;
/** An id: the number of a value, or that of an id which an earlier save returned. */
type Id = { readonly own: number } | { readonly returned: number };

export interface TokenPattern {
  readonly id?: Id | null | undefined;
  readonly expiresAt?: number | null | undefined;
  readonly [field: string]: Value | Id;
}

export type Call =
  | { readonly do: "save"; readonly store: number; readonly later: boolean; readonly token: TokenPattern; readonly ifVersion?: number }
  | { readonly do: "delete"; readonly store: number; readonly id: Id }
  | { readonly do: "find" | "find all"; readonly store: number; readonly query: TokenPattern }
  | { readonly do: "find by id"; readonly store: number; readonly id: Id }
  | { readonly do: "stream"; readonly store: number; readonly pageSize: number }
  | { readonly do: "list" | "delete all" | "check" | "sweep"; readonly store: number }
  /** With the secrets it had, where none are named. */
  | { readonly do: "reopen"; readonly store: number; readonly secrets?: Secrets }
  /** Stopped after so many records, or never. */
  | { readonly do: "rotate"; readonly store: number; readonly stopAfter: number | undefined }
  | { readonly do: "wait"; readonly ms: number };

/** Calls to two stores over one storage. They share few values, so that tokens meet. */
export interface Program {
  readonly values: readonly string[];
  /** The client that each store serves: the number of a value. */
  readonly clients: readonly (number | undefined)[];
  /** Those that each store has at first; nowhere there, where the engine takes none. */
  readonly secrets?: readonly Secrets[];
  /** After how many milliseconds sessions are over. */
  readonly retention: { readonly idle?: number | undefined; readonly maxAge?: number | undefined };
  readonly calls: readonly Call[];
}

const VALUES = 4;
const STORES = 2;
/** The very long ones cost more time than they tell; the conformance suite has them. */
const TEXTS = ["ann", "bob", "cy", "dan", ...HOSTILE_VALUES.filter(({ length }) => length <= 301)];

const number = fc.nat({ max: VALUES - 1 });
const value = fc.oneof({ weight: 8, arbitrary: number }, { weight: 1, arbitrary: fc.constantFrom(null, undefined) });
const id: fc.Arbitrary<Id> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ own: number }) },
  { weight: 3, arbitrary: fc.record({ returned: fc.nat({ max: 7 }) }) },
);
const store = fc.nat({ max: STORES - 1 });

const ABSENT = "absent";

/** A field that is there so many times in ten, and gone from a program that shrinks. */
function sometimes<Field>(timesInTen: number, field: fc.Arbitrary<Field>): fc.Arbitrary<Field | typeof ABSENT> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 10 - timesInTen, arbitrary: fc.constant(ABSENT) },
    { weight: timesInTen, arbitrary: field },
  );
}

/** Mostly the fields that tokens are found by. */
function pattern(idInTen: number): fc.Arbitrary<TokenPattern> {
  return fc
    .record({
      userName: sometimes(5, value),
      clientId: sometimes(5, value),
      accessToken: sometimes(6, value),
      refreshToken: sometimes(4, value),
      grantToken: sometimes(3, value),
      id: sometimes(idInTen, fc.oneof({ weight: 4, arbitrary: id }, { weight: 1, arbitrary: fc.constantFrom(null, undefined) })),
      expiresAt: sometimes(3, value),
      scope: sometimes(2, value),
      clientSecret: sometimes(1, value),
    })
    .map((fields) => Object.fromEntries(Object.entries(fields).filter(([, field]) => field !== ABSENT)) as TokenPattern);
}

const call: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.tuple(store, fc.boolean(), pattern(3), sometimes(1, fc.nat({ max: 3 }))).map(([on, later, token, ifVersion]): Call => {
      const saving = { do: "save", store: on, later, token } as const;
      return ifVersion === ABSENT ? saving : { ...saving, ifVersion };
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("delete" as const), store, id }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("find" as const, "find all" as const), store, query: pattern(1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("find by id" as const), store, id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("stream" as const), store, pageSize: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("list" as const, "reopen" as const), store }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("list" as const, "delete all" as const), store }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 60 }) }) },
);

/** In milliseconds, of which nearly each save takes one. */
const lifetime = fc.integer({ min: 5, max: 100 });

/** Mostly as in a rotation, at times back, or on to a third. */
const anySecrets: fc.Arbitrary<Secrets> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Secrets>([1, 0]) },
  { weight: 4, arbitrary: fc.constantFrom<Secrets[]>([0], [0], [1], [0, 1]) },
  { weight: 1, arbitrary: fc.shuffledSubarray([0, 1, 2], { minLength: 1 }).map(([first, ...others]): Secrets => [first!, ...others]) },
);

const rotationCall: fc.Arbitrary<Call> = fc.oneof(
  { weight: 20, arbitrary: call },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reopen" as const), store, secrets: anySecrets }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("rotate" as const), store, stopAfter: fc.option(fc.nat({ max: 4 }), { nil: undefined }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("check" as const, "sweep" as const), store }) },
);

/** Programs of 1 to 60 calls. */
export const anyProgram: fc.Arbitrary<Program> = programOf(call, {});

/** The same while secrets change. */
export const anyRotation: fc.Arbitrary<Program> = programOf(rotationCall, { secrets: fc.tuple(fc.constant<Secrets>([0]), anySecrets) });

function programOf(calls: fc.Arbitrary<Call>, more: { secrets?: fc.Arbitrary<Secrets[]> }): fc.Arbitrary<Program> {
  return fc.record({
    ...more,
    values: fc.uniqueArray(fc.constantFrom(...TEXTS), { minLength: VALUES, maxLength: VALUES }),
    clients: fc.tuple(fc.constant(undefined), fc.oneof(fc.constant(undefined), number)),
    retention: fc.oneof(
      { withCrossShrink: true },
      fc.constant({}),
      fc.record({ idle: fc.option(lifetime, { nil: undefined }), maxAge: fc.option(lifetime, { nil: undefined }) }),
    ),
    calls: fc.array(calls, { minLength: 1, maxLength: 60, size: "max" }),
  });
}

/** The program as one would have written it by hand. */
export function programText({ values, clients, secrets, retention, calls }: Program): string {
  const text = (position: number): string => JSON.stringify(values[position]);
  const idText = (one: Id): string => ("own" in one ? text(one.own) : `returned[${one.returned}]`);
  const patternText = (fields: TokenPattern): string => {
    const entries = Object.entries(fields).map(([field, one]) => {
      if (one == null) return `${field}: ${one}`;
      if (typeof one === "object") return `${field}: ${idText(one)}`;
      return `${field}: ${field === "expiresAt" ? one : text(one)}`;
    });
    return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
  };
  const opening = (position: number, own?: Secrets): string => {
    const client = clients[position];
    const options = [
      ...(client === undefined ? [] : [`clientId: ${text(client)}`]),
      ...(own ? [`secret: [${own.map((secret) => `SECRETS[${secret}]`).join(", ")}]`] : []),
    ];
    return options.length === 0 ? "open()" : `open({ ${options.join(", ")} })`;
  };
  const current = [...(secrets ?? [])];
  const lines = calls.map((one) => {
    if (one.do === "wait") return `clock.advance(${one.ms});`;
    const on = `stores[${one.store}]`;
    switch (one.do) {
      case "save": {
        const options = one.ifVersion === undefined ? "" : `, { ifVersion: ${one.ifVersion} }`;
        return `${one.later ? "clock.advance(1); " : ""}note(await ${on}.saveToken(${patternText(one.token)}${options}));`;
      }
      case "delete":
        return `await ${on}.deleteToken(${idText(one.id)});`;
      case "find":
        return `await ${on}.findToken(${patternText(one.query)});`;
      case "find all":
        return `await ${on}.findTokens(${patternText(one.query)});`;
      case "find by id":
        return `await ${on}.findTokenById(${idText(one.id)});`;
      case "stream":
        return `await all(${on}.tokens({ pageSize: ${one.pageSize} }));`;
      case "list":
        return `await ${on}.getTokens();`;
      case "delete all":
        return `await ${on}.deleteTokens();`;
      case "reopen":
        if (one.secrets) current[one.store] = one.secrets;
        return `await ${on}.close(); ${on} = ${opening(one.store, current[one.store])};`;
      case "rotate":
        return `await rotateSecret(${on}${one.stopAfter === undefined ? "" : `, { signal: abortedAfter(${one.stopAfter}) }`});`;
      case "check":
        return `await checkTokens(${on});`;
      case "sweep":
        return `await sweepTokens(${on});`;
    }
  });
  const sessions = `// Sessions are over after (ms): ${JSON.stringify(retention)}. returned: the ids that saves gave, each once.`;
  return [sessions, `const stores = [${clients.map((_, position) => opening(position, secrets?.[position])).join(", ")}];`, ...lines].join(
    "\n",
  );
}
