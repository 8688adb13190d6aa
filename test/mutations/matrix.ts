import { createTokenStore } from "../../src/backends/custom/index.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { tokenStoreSuite } from "../../src/testing/index.ts";
import type { SuiteCase, TokenStoreFixture } from "../../src/testing/index.ts";
import { bytesOf } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { BROKEN_COMMITS } from "./broken-commits.ts";
import { BROKEN_INDEXES } from "./broken-indexes.ts";
import { BROKEN_READS } from "./broken-reads.ts";
import { BROKEN_STORES } from "./broken-stores.ts";
import type { BrokenStore } from "./broken-stores.ts";
import { MapBackend } from "./map-backend.ts";

/** A store or backend that breaks a promise, and the group of cases that stands guard against it. */
export interface Mutant {
  readonly fault: string;
  readonly guard: string;
  readonly cases: readonly SuiteCase[];
}

/** A case that takes longer than this has hung: a retry without end is a promise broken too. */
const CASE_TIMEOUT_MS = 20_000;

const FOREIGN = "somebody else's row";

type Faults = Pick<BrokenStore, "mutate" | "options">;

export function mapFixture(Backend: typeof MapBackend = MapBackend, { mutate, options: change }: Faults = {}): TokenStoreFixture {
  const rows = new Map<string, string>();
  return {
    open(options = {}) {
      const given = { backend: (namespace: string) => new Backend(rows, namespace), secret: SECRET, ...options };
      const sound = createTokenStore(change ? change(given) : given);
      return mutate ? withOverrides(sound, mutate(sound)) : sound;
    },
    stranger: { write: async () => void rows.set(FOREIGN, "theirs"), read: async () => rows.get(FOREIGN) },
    dump: async () => bytesOf(rows),
    raw: { read: async () => new Map(rows), write: async (key, value) => void rows.set(key, value) },
  };
}

export function mutants(): Mutant[] {
  return [
    ...[...BROKEN_INDEXES, ...BROKEN_COMMITS, ...BROKEN_READS].map(({ fault, guard, Backend }) => ({
      fault,
      guard,
      cases: tokenStoreSuite(() => mapFixture(Backend)),
    })),
    ...BROKEN_STORES.map(({ fault, guard, ...faults }) => ({ fault, guard, cases: tokenStoreSuite(() => mapFixture(MapBackend, faults)) })),
  ];
}

/** Whether the case sees a promise broken. */
export async function fails({ run }: SuiteCase): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hung = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), CASE_TIMEOUT_MS);
  });
  const failed = run().then(
    () => false,
    () => true,
  );
  return Promise.race([failed, hung]).finally(() => clearTimeout(timer));
}

/** Still an instance of the library's own class, so that maintenance takes it. */
function withOverrides(sound: EdgeTokenStore, overrides: Partial<EdgeTokenStore>): EdgeTokenStore {
  return new Proxy(sound, {
    get(target, name) {
      if (Object.hasOwn(overrides, name)) return overrides[name as keyof EdgeTokenStore];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
