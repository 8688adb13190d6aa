/** A promise of the suite that a driver can't keep, and why; each case by its full name. */
export interface Gap {
  readonly reason: string;
  readonly cases: readonly string[];
}

export interface CaseResult {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped" | "gap";
  readonly message?: string;
}

/** What a run tells while it goes on, each a line of JSON between processes. */
export type RunEvent =
  | ({ readonly type: "case"; readonly number: number; readonly of: number } & CaseResult)
  | { readonly type: "probe"; readonly name: string }
  | { readonly type: "facts"; readonly facts: Partial<DriverFacts> };

/** What a driver does, measured. */
export interface DriverFacts {
  /** What `store.capabilities` says, once the store was used. */
  readonly claims: {
    readonly atomic: boolean;
    readonly consistency: string;
    readonly durable: boolean;
    readonly ttl: boolean;
    readonly persistent: boolean;
  };
  /** Whether a process that starts later finds what was written. */
  readonly persistent: boolean;
  /** Whether a driver that is open beside the first finds it. */
  readonly shared: boolean;
  /** Of so many writes, how many were not seen by the read that followed, from the same driver and from another. */
  readonly reads: { readonly of: number; readonly missed: number; readonly missedByOther: number };
  /** Whether a key is gone when its time is over. */
  readonly ttl: boolean;
  readonly values: ValueFacts;
  readonly keys: KeyFacts;
  readonly listing: ListingFacts;
  /** What saves at once by two stores with a driver each leave; null where they don't share a storage. */
  readonly races: RaceFacts | null;
  /** Of so many calls on a storage that does not answer, how many say so; null where there is nothing to break. */
  readonly failures: { readonly of: number; readonly told: number } | null;
}

export interface ValueFacts {
  readonly of: number;
  /** How many came back as they were, and how many changed without an error; the rest was refused. */
  readonly kept: number;
  readonly lost: number;
  /** The longest JSON text that came back, in bytes; none longer than the largest was tried. */
  readonly longestBytes: number;
  readonly largestTried: boolean;
  /** What becomes of the next longer one. */
  readonly beyond: Beyond;
}

export interface KeyFacts {
  /** The longest key that was kept, in characters. */
  readonly longest: number;
  readonly longestTried: boolean;
  readonly beyond: Beyond;
  /** Whether `Ab` and `aB` are two keys. */
  readonly caseSensitive: boolean;
  /** Whether values can lie at `a` and at `a:b`. */
  readonly nested: boolean;
}

/** `kept`: nothing was too much. `lost`: the write resolved, and the value can't be read. */
export type Beyond = "kept" | "refused" | "lost";

export interface ListingFacts {
  readonly written: number;
  /** Of these, how many can still be read, and how many are listed. */
  readonly kept: number;
  readonly listed: number;
  readonly order: "sorted" | "as written" | "none";
  /** What the store makes of it: where the driver lists not all, measured with as many tokens. */
  readonly byStore: "all" | "some" | "refused";
  /** Whether the driver itself gives the keys below a base alone, or all there are. */
  readonly onlyBase: boolean;
}

export interface RaceFacts {
  /** Saves of one token: how many there were, and how many count in its version. */
  readonly saves: number;
  readonly version: number;
  /** Tokens of one user saved at once: how many are listed, and how many are found by the user. */
  readonly tokens: number;
  readonly listed: number;
  readonly found: number;
  /** How many saves were refused, with `ERR_CONFLICT` and with `ERR_RECORD_CORRUPT`. */
  readonly conflicts: number;
  readonly damaged: number;
}

export interface DriverResult {
  readonly id: string;
  readonly cases: Record<CaseResult["outcome"], number>;
  readonly facts: DriverFacts;
  readonly seconds: number;
}
