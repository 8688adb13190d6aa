import type { EdgeTokenStore } from "../../index.ts";
import type { CaseContext, CaseList } from "../case-list.ts";
import { objectWith } from "../equality.ts";
import { expect } from "../expect.ts";
import type { Capability } from "../fixture.ts";

const MANY = Array.from({ length: 50 }, (_, number) => number);

/** Saves at once, from one store and from two over one storage. */
export function concurrencyCases(list: CaseList): void {
  raceCases(list, "one store", [], ({ open }) => [open()]);
  raceCases(list, "two stores over one storage", ["shared", "atomic"], ({ open }) => [open(), open()]);
}

function raceCases({ group }: CaseList, from: string, needs: Capability[], openAll: (context: CaseContext) => EdgeTokenStore[]): void {
  group(`at once, from ${from}`, (it) => {
    const run = it.needing(...needs);

    run("50 saves of one new token leave one record", async (context) => {
      const stores = openAll(context);
      const saved = await Promise.all(
        MANY.map((number) =>
          stores[number % stores.length]!.saveToken({ userName: "ann", clientId: "c", accessToken: `access-${number}` }),
        ),
      );
      expect(new Set(saved.map(({ id }) => id)).size).toBe(1);
      const tokens = await stores[0]!.getTokens();
      expect(tokens).toEqual([objectWith({ userName: "ann", version: 50 })]);
      for (const number of MANY) {
        const accessToken = `access-${number}`;
        expect(await stores[0]!.findToken({ accessToken })).toEqual(accessToken === tokens[0]!.accessToken ? tokens[0] : null);
      }
    });

    run("50 saves of one new token without a user leave one record", async (context) => {
      const stores = openAll(context);
      await Promise.all(
        MANY.map((number) => stores[number % stores.length]!.saveToken({ refreshToken: "r", clientId: "c", scope: `s${number}` })),
      );
      expect(await stores[0]!.getTokens()).toEqual([objectWith({ refreshToken: "r", version: 50 })]);
    });

    run("50 tokens leave 50 records, each found by each field", async (context) => {
      const stores = openAll(context);
      const saved = await Promise.all(
        MANY.map((number) =>
          stores[number % stores.length]!.saveToken({
            userName: `user-${number}`,
            clientId: "c",
            accessToken: `a-${number}`,
            refreshToken: `r-${number}`,
          }),
        ),
      );
      expect(await stores[0]!.getTokens()).toHaveLength(50);
      await Promise.all(
        saved.flatMap(({ id, userName, accessToken, refreshToken }) =>
          [{ id }, { userName }, { userName, clientId: "c" }, { accessToken }, { refreshToken }].map(async (query) =>
            expect(await stores.at(-1)!.findToken(query as object)).toMatchObject({ id }),
          ),
        ),
      );
    });

    it.needing(...needs, "extended")("20 clients of one user are all found by the user", async (context) => {
      const stores = openAll(context);
      await Promise.all(
        MANY.slice(0, 20).map((number) =>
          stores[number % stores.length]!.saveToken({ userName: "ann", clientId: `c-${number}`, accessToken: `a-${number}` }),
        ),
      );
      expect(await stores[0]!.findTokens({ userName: "ann" })).toHaveLength(20);
    });

    run("changes of different fields of one token, matched in different ways, are all kept", async (context) => {
      const stores = openAll(context);
      const { id } = await stores[0]!.saveToken({ userName: "ann", clientId: "c", refreshToken: "r", accessToken: "a" });
      const patches = [
        { id, scope: "s" },
        { userName: "ann", clientId: "c", apiDomain: "https://api.example" },
        { userName: "ann", tokenType: "Bearer" },
        { refreshToken: "r", redirectUrl: "https://app.example" },
        { accessToken: "a", grantToken: "g" },
      ];
      await Promise.all(patches.map((patch, number) => stores[number % stores.length]!.saveToken(patch)));
      expect(await stores[0]!.getTokens()).toEqual([
        objectWith({
          scope: "s",
          apiDomain: "https://api.example",
          tokenType: "Bearer",
          redirectUrl: "https://app.example",
          grantToken: "g",
          version: 6,
        }),
      ]);
    });

    run("of 10 saves over one version one wins and nine are told", async (context) => {
      const stores = openAll(context);
      const { id, version } = await stores[0]!.saveToken({ userName: "ann", clientId: "c", accessToken: "a" });
      const results: PromiseSettledResult<unknown>[] = await Promise.allSettled(
        MANY.slice(0, 10).map((number) =>
          stores[number % stores.length]!.saveToken({ id, accessToken: `a-${number}` }, { ifVersion: version }),
        ),
      );
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(results.flatMap((result) => (result.status === "rejected" ? [(result.reason as { code?: unknown }).code] : []))).toEqual(
        Array(9).fill("ERR_CONFLICT"),
      );
      expect(await stores[0]!.findTokenById(id)).toMatchObject({ version: 2 });
    });

    run("a deletion that resolved has deleted, whatever was being saved", async (context) => {
      const stores = openAll(context);
      for (let round = 0; round < 20; round++) {
        const { id, version } = await stores[0]!.saveToken({ userName: "ann", clientId: "c", accessToken: `a-${round}` });
        const saving = stores.at(-1)!.saveToken({ id, scope: "late" }, { ifVersion: version });
        const [deleted] = await Promise.allSettled([stores[0]!.deleteToken(id), saving]);
        expect(deleted.status).toBe("fulfilled");
        expect(await stores[0]!.getTokens()).toEqual([]);
      }
    });

    run("a token is there or gone, never half, when saves and deletes race", async (context) => {
      const stores = openAll(context);
      const { id } = await stores[0]!.saveToken({ userName: "ann", clientId: "c", accessToken: "a" });
      await Promise.all(
        MANY.map((number) => {
          const store = stores[number % stores.length]!;
          return number % 5 === 0 ? store.deleteToken(id) : store.saveToken({ userName: "ann", clientId: "c", accessToken: `a-${number}` });
        }),
      );
      const [token] = await stores[0]!.getTokens();
      const found = await stores[0]!.findToken({ userName: "ann", clientId: "c" });
      expect(found).toEqual(token ?? null);
      for (const number of MANY) {
        const accessToken = `a-${number}`;
        const byAccess = await stores[0]!.findToken({ accessToken });
        expect(byAccess).toEqual(token?.accessToken === accessToken ? token : null);
      }
    });
  });
}
