import { OptionInvalidError } from "../errors.ts";
import { refuseUnknown } from "../options.ts";
import type { StoredToken, TokenQuery } from "../token.ts";
import type { EdgeTokenStore } from "../token-store.ts";
import { REASONS } from "./fixture.ts";
import type { Capability, SuiteCapabilities, SuiteStoreOptions, TokenStoreFixture } from "./fixture.ts";
import type { SuiteCase } from "./suite-case.ts";

/** What a case works with. */
export interface CaseContext extends Required<Pick<TokenStoreFixture, "stranger" | "raw">> {
  /** Typed as what the case needs: without `extended` it must not go beyond the six methods. */
  readonly open: (options?: SuiteStoreOptions) => EdgeTokenStore;
  /** All that the query finds, as far as the store can say so. */
  readonly findAll: (store: EdgeTokenStore, query: TokenQuery) => Promise<StoredToken[]>;
  readonly dump: () => Promise<Uint8Array[]>;
}

type Run = (context: CaseContext) => void | Promise<void>;

/** Adds a case to its group. */
export interface DefineCase {
  (name: string, run: Run): void;
  /** The same for cases that need more than a `TokenStore`. */
  readonly needing: (...needs: Capability[]) => (name: string, run: Run) => void;
}

/** Collects cases in the order in which they are defined. */
export class CaseList {
  readonly cases: SuiteCase[] = [];
  readonly group: (group: string, define: (it: DefineCase) => void) => void;
  readonly #create: () => TokenStoreFixture | Promise<TokenStoreFixture>;
  readonly #missing: ReadonlySet<Capability>;

  constructor(create: () => TokenStoreFixture | Promise<TokenStoreFixture>, capabilities: SuiteCapabilities) {
    this.#create = create;
    this.#missing = missingOf(capabilities);
    this.group = (group, define) => {
      const needing =
        (...needs: Capability[]) =>
        (name: string, run: Run): void =>
          this.#add(group, name, needs, run);
      define(Object.assign(needing(), { needing }));
    };
  }

  #add(group: string, name: string, needs: readonly Capability[], run: Run): void {
    const lacking = needs.find((need) => this.#missing.has(need));
    this.cases.push({
      group,
      name,
      ...(lacking ? { skipped: REASONS[lacking] } : {}),
      run: async () => {
        const fixture = await this.#create();
        try {
          await run(this.#context(fixture));
        } finally {
          await fixture.dispose?.();
        }
      },
    });
  }

  #context(fixture: TokenStoreFixture): CaseContext {
    const missing = this.#missing;
    return {
      open(options) {
        if (options !== undefined && missing.has("options")) throw new Error("A case that passes options must say that it needs them.");
        return fixture.open(options) as EdgeTokenStore;
      },
      findAll: async (store, query) => {
        if (!missing.has("extended")) return store.findTokens(query);
        const found = await store.findToken(query);
        return found ? [found] : [];
      },
      get stranger() {
        return fixture.stranger ?? lacks("stranger");
      },
      get raw() {
        return fixture.raw ?? lacks("raw");
      },
      dump: async () => (fixture.dump ? fixture.dump() : lacks("dump")),
    };
  }
}

function missingOf(capabilities: SuiteCapabilities): ReadonlySet<Capability> {
  const known = Object.keys(REASONS) as Capability[];
  refuseUnknown(capabilities, known);
  for (const [name, value] of Object.entries(capabilities)) {
    if (typeof value !== "boolean") throw new OptionInvalidError(`The capability ${name} must be true or false.`);
  }
  return new Set(known.filter((name) => capabilities[name] === false));
}

function lacks(hook: Capability): never {
  throw new Error(`The fixture has no ${hook}: give it one, or say so with capabilities: { ${hook}: false }.`);
}
