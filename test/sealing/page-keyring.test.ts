import { expect, it } from "vitest";
import { pageKeyring } from "../../src/sealing/page-keyring.ts";

it("an identity has one random id, and the oldest of more than 10,000 is forgotten", async () => {
  const { current } = pageKeyring();
  const idOf = (name: string | number): Promise<string> =>
    Promise.resolve(current.digest("derived-id", ["account", `user-${name}`, null, "0"]));
  const [first, second] = [await idOf("first"), await idOf("second")];
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  expect(second).not.toBe(first);
  for (let number = 0; number < 9_998; number++) await idOf(number);
  // Asked for, so that it is the youngest again.
  expect(await idOf("first")).toBe(first);
  await idOf("one more");
  expect(await idOf("first")).toBe(first);
  expect(await idOf("second")).not.toBe(second);
});
