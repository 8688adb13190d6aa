import type { StoredToken, TokenFields, TokenInput } from "../../src/index.ts";

/**
 * What a store is, in the plainest words: a list of tokens, and the rules by which one is found and saved.
 * Written from the contract and not from the library, none of whose rules it uses.
 */

/** A token in the list. Its id is a symbol for whatever the store derives, and may be a caller's own text. */
export type ModelToken = StoredToken & { readonly derived: boolean; readonly order: number; readonly secret: number };

export type SaveOutcome =
  | { readonly saved: ModelToken }
  /** Either, where both are the case. */
  | { readonly refused: readonly ("ERR_TOKEN_INVALID" | "ERR_CONFLICT")[] };

export interface SaveCircumstances {
  readonly now: number;
  readonly ifVersion?: number | undefined;
  /** The client that the store serves. */
  readonly client?: string | undefined;
  readonly secrets?: Secrets;
}

/** Those that a store has, by their numbers: the first writes, and what was written with any of them is read. */
export type Secrets = readonly [current: number, ...previous: number[]];

const ONE_SECRET: Secrets = [0];

const TEXTS = [
  "userName",
  "clientId",
  "clientSecret",
  "redirectUrl",
  "grantToken",
  "refreshToken",
  "accessToken",
  "apiDomain",
  "scope",
  "tokenType",
] as const;

type Field = (typeof TEXTS)[number];
/** What has the derived ids of one kind of token: a sequence. */
type Identity = readonly [field: Field, value: string, client: string | undefined];

export class TokenModel {
  #tokens: ModelToken[] = [];
  #order = 0;
  /** Whether its session goes on. */
  readonly #isLive: (token: StoredToken) => boolean;

  constructor(isLive: (token: StoredToken) => boolean = () => true) {
    this.#isLive = isLive;
  }

  /** The most recently saved first. */
  all(): ModelToken[] {
    return this.#stored().filter(this.#isLive);
  }

  /** Those whose sessions are over among them. */
  get count(): number {
    return this.#tokens.length;
  }

  /** The same of these. */
  ids(): string[] {
    return this.#tokens.map(({ id }) => id);
  }

  find(query: TokenInput, client?: string, secrets: Secrets = ONE_SECRET): ModelToken | undefined {
    return this.#lookUps(query, query.clientId ?? client, secrets)
      .flat()
      .find(this.#isLive);
  }

  findAll(query: TokenInput, client?: string): ModelToken[] {
    const found = this.#lookUps(query, query.clientId ?? client, ONE_SECRET).map((tokens) => tokens.filter(this.#isLive));
    return (found.find((tokens) => tokens.length > 0) ?? []).toSorted(newestFirst);
  }

  delete(id: string): void {
    this.#tokens = this.#tokens.filter((token) => token.id !== id);
  }

  deleteAll(): void {
    this.#tokens = [];
  }

  /** The token with this id is written with another secret; all are where none is named. */
  move(secret: number, id?: string): void {
    this.#tokens = this.#tokens.map((token) => (id === undefined || token.id === id ? { ...token, secret } : token));
  }

  /** Deletes what is of no more use, and tells how many those were: no grant token here grows as old as ten minutes. */
  sweep(now: number): number {
    const before = this.count;
    const isUseful = ({ accessToken, refreshToken, grantToken, expiresAt = Infinity }: ModelToken): boolean =>
      accessToken === undefined || refreshToken !== undefined || grantToken !== undefined || now < expiresAt;
    this.#tokens = this.#tokens.filter((token) => this.#isLive(token) && isUseful(token));
    return before - this.count;
  }

  save(given: TokenInput, { now, ifVersion, client, secrets = ONE_SECRET }: SaveCircumstances): SaveOutcome {
    const onlyAccess = given.userName == null && given.grantToken == null && given.refreshToken == null;
    const patch = given.clientId === undefined && client !== undefined ? { ...given, clientId: client } : given;
    const found = this.#lookUps(onlyAccess ? given : patch, (onlyAccess ? given : patch).clientId ?? client, secrets).flat();
    // What is met counts as well where no look-up leads to a session that goes on.
    if (given.id == null && !found.some(this.#isLive)) found.push(...this.#met(patch, found.length > 0, secrets));
    // A session that is over leaves its place to a new one, where none goes on.
    const place = found.find(this.#isLive) ?? found[0];
    const matched = place && this.#isLive(place) ? place : undefined;
    // The store's own client is for tokens that have none.
    const fields = merged(matched, matched?.clientId === undefined ? patch : given);
    const refused: ("ERR_TOKEN_INVALID" | "ERR_CONFLICT")[] = [];
    if (ifVersion !== undefined && ifVersion !== (matched?.version ?? 0)) refused.push("ERR_CONFLICT");
    if (!isWorthSaving(fields)) refused.push("ERR_TOKEN_INVALID");
    if (refused.length > 0) return { refused };
    if (matched && [...TEXTS, "expiresAt" as const].every((field) => matched[field] === fields[field])) return { saved: matched };
    const saved: ModelToken = {
      ...fields,
      id: place?.id ?? given.id ?? this.#freeId(fields, secrets[0]),
      derived: place ? place.derived : given.id == null,
      createdAt: matched?.createdAt ?? now,
      updatedAt: now,
      version: (place?.version ?? 0) + 1,
      order: ++this.#order,
      secret: secrets[0],
    };
    this.#tokens = [...this.#tokens.filter(({ id }) => id !== saved.id), saved];
    return { saved };
  }

  #stored(): ModelToken[] {
    return this.#tokens.toSorted(newestFirst);
  }

  /** What the look-ups of a query lead to, in their order, the preferred one of each first; the first that leads to anything decides. */
  #lookUps(query: TokenInput, client: string | null | undefined, secrets: Secrets): ModelToken[][] {
    const { id, userName, clientId, clientSecret, accessToken, grantToken, refreshToken } = query;
    const where = (test: (token: ModelToken) => boolean): ModelToken[] => this.#stored().filter(test);
    const asked = (test: (token: ModelToken) => boolean): ModelToken[] => {
      const tokens = where(test);
      return [...new Set([...this.#askedInTurn(tokens, secrets), ...tokens])];
    };
    const account = (of: string | undefined): ModelToken[] => {
      const tokens = where((token) => token.userName === userName && token.clientId === of);
      // Where one that goes on is in its place, no other of the same secret is looked for.
      const first = tokens.filter((token) => {
        const inPlace = this.#inPlace(["userName", userName!, of], token.secret, token.secret);
        return inPlace === token || !inPlace || !this.#isLive(inPlace);
      });
      const inTurn = this.#askedInTurn(first, secrets, ({ derived }) => derived);
      return [...new Set([...inTurn.toSorted((left, right) => Number(right.derived) - Number(left.derived)), ...tokens])];
    };
    const fits = (token: ModelToken): boolean => clientId == null || token.clientId === undefined || token.clientId === clientId;
    if (id != null) return [where((token) => token.id === id)];
    if (userName != null) return client == null ? [where((token) => token.userName === userName)] : [account(client), account(undefined)];
    if (accessToken != null && clientId == null && clientSecret == null) return [asked((token) => token.accessToken === accessToken)];
    return [
      ...(grantToken == null ? [] : [asked((token) => token.grantToken === grantToken && fits(token))]),
      ...(refreshToken == null ? [] : [asked((token) => token.refreshToken === refreshToken && fits(token))]),
    ];
  }

  /** The secrets are asked in turn, until one has a token that goes on and is enough. */
  #askedInTurn(tokens: readonly ModelToken[], secrets: Secrets, isEnough = (_token: ModelToken) => true): ModelToken[] {
    const last = secrets.findIndex((secret) => tokens.some((token) => token.secret === secret && this.#isLive(token) && isEnough(token)));
    const asked = last < 0 ? secrets : secrets.slice(0, last + 1);
    return tokens.filter(({ secret }) => asked.includes(secret));
  }

  /** What a save without an id meets though its look-ups found nothing that goes on. */
  #met(patch: TokenInput, hasPlace: boolean, secrets: Secrets): ModelToken[] {
    const fields = merged(undefined, patch);
    if (!isWorthSaving(fields)) return [];
    const { userName, clientId, grantToken, refreshToken } = fields;
    const met: ModelToken[] = [];
    if (userName !== undefined) {
      // A user who is new, and whose grant or refresh token is there without a name.
      const query = { clientId: clientId ?? null };
      for (const step of [grantToken && { ...query, grantToken }, refreshToken && { ...query, refreshToken }]) {
        if (step)
          met.push(
            ...this.#lookUps(step, step.clientId, secrets)
              .flatMap((tokens) => tokens.toSorted(newestFirst))
              .filter((token) => token.userName === undefined),
          );
      }
    }
    const inPlace = hasPlace || met.length > 0 ? undefined : this.#inPlace(identityOf(fields), secrets[0]);
    return inPlace ? [inPlace] : met;
  }

  /**
   * The token that holds a place of this identity and still is it: places are taken in order, and each secret has its own.
   *
   * @param writtenWith where only the tokens of one secret count
   */
  #inPlace(identity: Identity, secret: number, writtenWith?: number): ModelToken | undefined {
    const counts = (token: ModelToken): boolean => writtenWith === undefined || token.secret === writtenWith;
    for (let place = 0; ; place++) {
      const holder = this.#tokens.find((token) => token.id === placeOf(identity, place, secret) && counts(token));
      if (!holder) return undefined;
      const [field, value, client] = identity;
      if (holder[field] === value && holder.clientId === client) return holder;
    }
  }

  #freeId(fields: TokenFields, secret: number): string {
    const identity = identityOf(fields);
    let place = 0;
    while (this.#tokens.some(({ id }) => id === placeOf(identity, place, secret))) place++;
    return placeOf(identity, place, secret);
  }
}

function merged(stored: ModelToken | undefined, patch: TokenInput): TokenFields {
  const fields: TokenFields = {};
  for (const field of TEXTS) {
    const value = patch[field] === undefined ? stored?.[field] : patch[field];
    if (value != null) fields[field] = value;
  }
  const kept = fields.accessToken === stored?.accessToken ? stored?.expiresAt : undefined;
  const expiresAt = patch.expiresAt === undefined ? kept : patch.expiresAt;
  if (expiresAt != null) fields.expiresAt = expiresAt;
  return fields;
}

function isWorthSaving({ grantToken, refreshToken, accessToken }: TokenFields): boolean {
  return [grantToken, refreshToken, accessToken].some((value) => value !== undefined);
}

function identityOf(fields: TokenFields): Identity {
  const field = (["userName", "grantToken", "refreshToken", "accessToken"] as const).find((name) => fields[name] !== undefined)!;
  return [field, fields[field]!, fields.clientId];
}

/** Told apart from any text of a caller's by its form. */
function placeOf(identity: Identity, place: number, secret: number): string {
  return `derived ${JSON.stringify(identity)} ${place} ${secret}`;
}

function newestFirst(left: ModelToken, right: ModelToken): number {
  return right.order - left.order;
}
