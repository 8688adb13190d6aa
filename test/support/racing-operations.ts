import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore, StoredToken, TokenFields, TokenInput, TokenQuery } from "../../src/index.ts";
import { storageOver } from "./exact-index.ts";

/** Instants would only make states differ that are the same. */
const now = (): number => 1_700_000_000_000;
export const open = (storage: Parameters<typeof createUnstorageTokenStore>[0]): EdgeTokenStore =>
  createUnstorageTokenStore(storage, { secret: false, now });

/** What one client does. `mark` makes its values its own. */
export interface Operation {
  readonly name: string;
  /** The id of the token that it changes; none where it inserts one. */
  readonly target?: string;
  run(store: EdgeTokenStore, mark: string): Promise<unknown>;
}

/** The storage that every schedule begins with. */
export interface Start {
  readonly data: ReadonlyMap<string, string>;
  /** By the names that operations are made for. */
  readonly tokens: Readonly<Record<TargetName, StoredToken>>;
}

export type TargetName = "derived" | "sibling" | "own id" | "renamed";

export async function prepareStart(): Promise<Start> {
  const data = new Map<string, string>();
  const store = open(storageOver(data));
  const save = (name: string, fields: TokenInput): Promise<StoredToken> =>
    store.saveToken({ accessToken: `access-${name}`, refreshToken: `refresh-${name}`, ...fields });
  const renamed = await save("zoe", { userName: "zoe", clientId: "c1" });
  const tokens = {
    derived: await save("ann", { userName: "ann", clientId: "c1" }),
    // Shares the index entry of its user.
    sibling: await save("ann-2", { userName: "ann", clientId: "c2" }),
    "own id": await save("bob", { id: "own", userName: "bob", clientId: "c1" }),
    renamed: await store.saveToken({ id: renamed.id, userName: "dan" }),
  };
  return { data, tokens };
}

/** What can be done to a token that is there. */
export function operationsOn({ id, userName, clientId, refreshToken }: StoredToken): Operation[] {
  const account = { userName: userName!, clientId: clientId! };
  return [
    {
      name: "refresh",
      target: id,
      run: (store, mark) => store.saveToken({ ...account, accessToken: `access-${mark}`, refreshToken: `refresh-${mark}` }),
    },
    { name: "rename", target: id, run: (store, mark) => unlessDeleted(store.saveToken({ id, userName: `renamed-${mark}` })) },
    { name: "change the client", target: id, run: (store, mark) => unlessDeleted(store.saveToken({ id, clientId: `client-${mark}` })) },
    { name: "delete", target: id, run: (store) => store.deleteToken(id) },
    { name: "save what is stored", run: (store) => store.saveToken({ ...account, refreshToken: refreshToken! }) },
    { name: "look up", run: (store) => lookUp(store, [account, { refreshToken }, { userName }]) },
  ];
}

export const INSERT_EVE: Operation = {
  name: "insert eve",
  run: (store, mark) => store.saveToken({ userName: "eve", clientId: "c1", accessToken: `access-${mark}`, refreshToken: "refresh-eve" }),
};
export const INSERT_ANN: Operation = {
  name: "insert a third client of ann",
  run: (store, mark) => store.saveToken({ userName: "ann", clientId: "c3", accessToken: `access-${mark}` }),
};

/** A change of a token that is gone by then holds nothing that is worth saving. */
async function unlessDeleted(saving: Promise<StoredToken>): Promise<StoredToken | undefined> {
  return saving.catch((error: unknown) => {
    if ((error as { code?: unknown }).code === "ERR_TOKEN_INVALID") return undefined;
    throw error;
  });
}

async function lookUp(store: EdgeTokenStore, queries: readonly object[]): Promise<void> {
  for (const query of queries) for (const token of await store.findTokens(query)) assertMatches(token, query);
}

export function assertMatches(token: StoredToken, query: TokenQuery): void {
  for (const [field, value] of Object.entries(query)) {
    if (token[field as keyof TokenFields] !== value) throw new Error(`${JSON.stringify(query)} found ${JSON.stringify(token)}`);
  }
}
