import type { EdgeTokenStore } from "../../index.ts";
import type { CaseList } from "../case-list.ts";
import { expect } from "../expect.ts";
import { namedToken } from "../tokens.ts";

/** Enough that some lie in every part of a storage that is spread. */
const NAMES = ["ann", "ben", "cas", "dan", "eva", "fay", "gil", "hal"];

async function saveAll(store: EdgeTokenStore, generation = ""): Promise<void> {
  for (const name of NAMES) await store.saveToken(namedToken(`${name}${generation}`));
}

/** What a storage keeps for good, such as a table or the name of a key, is there after a first life. */
async function liveOnce(store: EdgeTokenStore): Promise<void> {
  await saveAll(store);
  await deleteAll(store);
}

async function deleteAll(store: EdgeTokenStore): Promise<void> {
  for (const { id } of await store.getTokens()) await store.deleteToken(id);
}

/** What a token's life leaves in the storage: no index entry that leads nowhere, or astray. */
export function hygieneCases({ group }: CaseList): void {
  group("index hygiene", ({ needing }) => {
    const it = needing("dump");

    it("of tokens that were deleted one by one nothing is left", async ({ open, dump }) => {
      const store = open();
      await liveOnce(store);
      const before = (await dump()).length;
      await saveAll(store, "-again");
      await deleteAll(store);
      expect((await dump()).length).toBe(before);
    });

    it("of tokens that were deleted at once nothing is left", async ({ open, dump }) => {
      const store = open();
      await saveAll(store);
      await store.deleteTokens();
      const before = (await dump()).length;
      await saveAll(store, "-again");
      await store.deleteTokens();
      expect((await dump()).length).toBe(before);
    });

    it("a token that has changed in every field leaves as much as one that was saved like that", async ({ open, dump }) => {
      const store = open();
      await liveOnce(store);
      await saveAll(store);
      const fresh = (await dump()).length;
      await deleteAll(store);
      for (const name of NAMES) {
        const { id } = await store.saveToken({ ...namedToken(`${name}-before`), clientId: "before" });
        for (const [field, value] of Object.entries(namedToken(name))) await store.saveToken({ id, [field]: value });
      }
      expect((await dump()).length).toBe(fresh);
    });

    it("a token whose fields are cleared leaves as much as one that never had them", async ({ open, dump }) => {
      const store = open();
      await liveOnce(store);
      await store.saveToken({ id: "1", refreshToken: "r" });
      const fresh = (await dump()).length;
      await store.saveToken({ id: "1", ...namedToken("ann") });
      const bare = { userName: null, clientId: null, accessToken: null, grantToken: null };
      await store.saveToken({ id: "1", ...bare, refreshToken: "r" });
      expect((await dump()).length).toBe(fresh);
    });

    it("an index entry that two tokens share stays until the second has left it", async ({ open, dump }) => {
      const store = open();
      await liveOnce(store);
      await store.saveToken({ id: "1", refreshToken: "shared" });
      await store.saveToken({ id: "2", refreshToken: "shared" });
      const before = (await dump()).length;
      await store.saveToken({ id: "3", refreshToken: "shared", accessToken: "a" });
      await store.deleteToken("3");
      expect((await dump()).length).toBe(before);
      await store.deleteToken("1");
      expect(await store.findToken({ refreshToken: "shared" })).toMatchObject({ id: "2" });
      await store.deleteToken("2");
      expect(await store.findToken({ refreshToken: "shared" })).toBeNull();
    });
  });
}
