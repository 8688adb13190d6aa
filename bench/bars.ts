/** What the figures have to show, said before they were taken; `npm run bench` tells which are met, and by how much. */
export interface Bar {
  readonly what: string;
  /** Whether less is fine too. A ratio is our time over theirs, a size is in bytes, an operation is one of the storage's. */
  readonly direction: "at most" | "exactly";
  readonly value: number;
  /** Which results it is about: the file in results/, and the ids in it. The one that is furthest off counts. */
  readonly suite: string;
  readonly ids: readonly string[];
}

const FIELDS = ["user", "account", "access", "refresh", "grant"];
const each = (pattern: string): string[] => FIELDS.map((field) => pattern.replace("*", field));
const ratio = (what: string, value: number, suite: string, ...ids: string[]): Bar => ({ what, direction: "at most", value, suite, ids });

export const BARS: readonly Bar[] = [
  ratio("find by account against one raw getItem, first opening", 1.4, "redis", "account/first/raw"),
  ratio("find by account against one raw getItem, repeated", 1.1, "redis", "account/repeated/raw"),
  ratio("find by account against the Auth.js adapter, first opening", 0.75, "redis", "account/first/authjs"),
  ratio("find by account against the Auth.js adapter, repeated", 0.6, "redis", "account/repeated/authjs"),
  ratio("find by access or refresh token against one raw getItem, first opening", 1.75, "redis", "access/first/raw", "refresh/first/raw"),
  ratio("find by access or refresh token against one raw getItem, repeated", 1.3, "redis", "access/repeated/raw", "refresh/repeated/raw"),
  ratio("save of a refresh, atomic with its index, against raw getItem and setItem", 1.75, "redis", "save-refresh/raw"),
  ratio("the same, where the token was looked up or saved before", 1.75, "redis", "save-refresh/repeated/raw"),
  ratio("50 finds at once against 50 raw gets at once", 2, "redis", "50-at-once/raw"),
  ratio("find among 100,000 tokens against find among 100", 1.2, "redis", "account/many/few"),
  ratio("find by account against the Auth.js adapter, repeated", 0.85, "memory", "account/repeated/authjs"),
  ratio("find by account against the Auth.js adapter, unsealed", 1, "memory", "account/unsealed/authjs"),
  ratio("find by each field against Zoho's FileStore, 1,000 tokens", 0.7, "files", ...each("zoho/*/1000")),
  ratio("find by each field against Zoho's FileStore, 10,000 tokens", 0.1, "files", ...each("zoho/*/10000")),
  ratio("find by each field against the Zoho sample's select, 10,000 tokens", 0.4, "sqlite", ...each("zoho/*/10000")),
  ratio("find by each field against the Zoho sample's select, 100,000 tokens", 0.05, "sqlite", ...each("zoho/*/100000")),
  ratio("find by access token against raw idb getFromIndex, first opening", 1.3, "indexeddb", "access/first/raw"),
  ratio("find by access token against raw idb getFromIndex, repeated", 1.1, "indexeddb", "access/repeated/raw"),
  ratio("find by access token against Dexie's first(), unsealed, first opening", 1.1, "indexeddb", "access/first/dexie"),
  ratio("find by access token against Dexie's first(), unsealed, repeated", 1, "indexeddb", "access/repeated/dexie"),
  ratio("save of a refresh against Dexie's read and put in one transaction", 1.15, "indexeddb", "save-refresh/dexie"),
  ratio("50 finds at once against 50 raw ones at once", 1, "indexeddb", "50-at-once/raw"),
  ratio("find among 10,000 tokens against find among 100", 1.2, "indexeddb", "account/many/few"),
  ratio("list of 10,000 in pages against raw getAll", 1.7, "indexeddb", "list/raw"),
  ratio("1,000 saves in parallel against one by one", 0.3, "indexeddb", "parallel-saves/one-by-one"),
  ratio("…/indexeddb with idb and sealing, bytes after gzip", 8000, "sizes", "edge-token-store/indexeddb"),
  ratio("…/unstorage with sealing, without unstorage, bytes after gzip", 7000, "sizes", "edge-token-store/unstorage"),
  operations("find by account: reads", "exactly", 1, "find by account/get"),
  operations("find by token: reads", "exactly", 2, "find by access token/get", "find by refresh token/get", "find by grant token/get"),
  operations("save of a refresh: reads", "at most", 2, "save of a refresh/get"),
  operations("save of a refresh: writes", "at most", 2, "save of a refresh/put"),
  operations("save of a refresh: deletes", "at most", 1, "save of a refresh/delete"),
  operations("unchanged save: writes", "exactly", 0, "save unchanged/put", "save unchanged/delete"),
];

function operations(what: string, direction: Bar["direction"], value: number, ...ids: string[]): Bar {
  return { what, direction, value, suite: "operations-kv", ids };
}

export interface Judgement extends Omit<Bar, "ids"> {
  /** Of the result that is furthest off; null where nothing was measured. */
  readonly measured: number | null;
  readonly met: boolean;
  /** By what part of the bar it is missed, or undercut where negative; null where the bar is 0 or nothing was measured. */
  readonly off: number | null;
}

/** @param valueOf a result by its suite and id; undefined where it was not measured */
export function judge(valueOf: (suite: string, id: string) => number | undefined): Judgement[] {
  return BARS.map(({ ids, ...bar }) => {
    const values = ids.map((id) => valueOf(bar.suite, id));
    if (values.some((value) => value === undefined)) return { ...bar, measured: null, met: false, off: null };
    const isMet = (value: number): boolean => (bar.direction === "exactly" ? value === bar.value : value <= bar.value);
    const measured = (values as number[]).reduce((worst, value) => (distance(value, bar) > distance(worst, bar) ? value : worst));
    const off = bar.value === 0 ? null : Math.round((measured / bar.value - 1) * 1000) / 1000;
    return { ...bar, measured, met: (values as number[]).every(isMet), off };
  });
}

function distance(value: number, { direction, value: wanted }: Pick<Bar, "direction" | "value">): number {
  return direction === "exactly" ? Math.abs(value - wanted) : value - wanted;
}

export function judgementLine({ suite, what, direction, value, measured, met, off }: Judgement): string {
  const verdict = measured === null ? "not measured" : met ? "met" : "missed";
  const by = off === null || off === 0 ? "" : ` by ${Math.abs(Math.round(off * 100))} %`;
  const sign = measured === null ? "?" : met ? "✓" : "✗";
  return `  ${sign} ${`${suite}: ${what}`.padEnd(92)} ${String(measured ?? "–").padStart(6)}, ${direction} ${value}: ${verdict}${by}`;
}
