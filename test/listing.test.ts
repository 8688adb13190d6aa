import { expect, it } from "vitest";
import { createMemoryTokenStore } from "../src/index.ts";
import { all } from "./conformance/fixture.ts";

it("tokens() begins anew each time it is gone through", async () => {
  const store = createMemoryTokenStore();
  const tokens = store.tokens();
  const ann = await store.saveToken({ userName: "ann", refreshToken: "r" });
  expect(await all(tokens)).toEqual([ann]);
  const ben = await store.saveToken({ userName: "ben", refreshToken: "s" });
  expect(await all(tokens)).toEqual([ann, ben]);
});
