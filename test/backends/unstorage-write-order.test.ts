import { createStorage } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { namedToken } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { instrumentDriver } from "../../src/testing/index.ts";

/** A token that is lost can't be had again, an index entry can be rebuilt: so this order is a promise. */
it("writes the record first, then new pointers, and removes stale ones last", async () => {
  const writes: string[] = [];
  const driver = instrumentDriver(memoryDriver(), (call, key) => {
    const kind = /^tokens:(r:keys|r|x:[a-z]+)/.exec(key)?.[1];
    if (call === "setItem" || call === "removeItem") writes.push(`${call === "setItem" ? "set" : "remove"} ${kind}`);
  });
  const store = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
  const during = async (task: () => Promise<unknown>): Promise<string[]> => {
    writes.length = 0;
    await task();
    return [...writes];
  };

  const pointers = ["user", "account", "access", "refresh", "grant"];
  expect(await during(() => store.saveToken(namedToken("ann")))).toEqual([
    "set r:keys",
    "set r",
    ...pointers.map((name) => `set x:${name}`),
  ]);
  const { id } = (await store.findToken({ userName: "ann" }))!;
  expect(await during(() => store.saveToken({ id, accessToken: "b" }))).toEqual(["set r", "set x:access", "remove x:access"]);
  expect(await during(() => store.saveToken({ id, userName: "anna", grantToken: null }))).toEqual([
    "set r",
    "set x:user",
    "set x:account",
    "remove x:user",
    "remove x:account",
    "remove x:grant",
  ]);
  expect(await during(() => store.deleteToken(id))).toEqual([
    "remove r",
    ...["user", "account", "access", "refresh"].map((name) => `remove x:${name}`),
  ]);
  await store.saveToken(namedToken("ann"));
  const cleared = await during(() => store.deleteTokens());
  expect([cleared[0], cleared.at(-1)]).toEqual(["remove r", "remove r:keys"]);
});
