import { expect, it, onTestFinished, vi } from "vitest";
import { importTokens } from "../../src/cli/import-tokens.ts";
import { createMemoryTokenStore } from "../../src/index.ts";

it("tokens without an id are each other's users: the later one that has another refresh token is left out, and said so", async () => {
  const store = createMemoryTokenStore();
  const rows = [
    { line: 1, token: { userName: "ann", clientId: "c", refreshToken: "r-1" } },
    { line: 2, token: { userName: "ann", clientId: "c", refreshToken: "r-2" } },
    { line: 3, token: { grantToken: "g" } },
    { line: 4, token: { accessToken: "a" } },
  ];
  const dry = await importTokens(store, rows, { dryRun: true });
  expect(await store.getTokens()).toEqual([]);
  const first = await importTokens(store, rows);
  expect(dry).toEqual(first);
  expect(first).toMatchObject({ imported: 3, present: 0, problems: [{ line: 2, skipped: true }] });
  expect(await importTokens(store, rows)).toMatchObject({ imported: 0, present: 3, problems: [{ line: 2, skipped: true }] });
  expect((await store.findToken({ userName: "ann" }))?.refreshToken).toBe("r-1");
});

it("those of one user are saved in their order, so that the user alone still finds the last one", async () => {
  const store = createMemoryTokenStore();
  const find = vi.spyOn(store, "findTokenById").mockImplementationOnce(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return null;
  });
  onTestFinished(() => find.mockRestore());
  const rows = ["1", "2", "3"].map((id, index) => ({ line: index, token: { id, userName: "ann", refreshToken: `r-${id}` } }));
  await importTokens(store, rows);
  expect((await store.findTokens({ userName: "ann" })).map(({ id }) => id)).toEqual(["3", "2", "1"]);
});

it("many of them leave the event loop its turns, in which they can be stopped", async () => {
  const store = createMemoryTokenStore();
  const rows = Array.from({ length: 40 }, (_, line) => ({ line, token: { accessToken: `a-${line}` } }));
  const controller = new AbortController();
  const stopped = importTokens(store, rows, {
    signal: controller.signal,
    onProgress: (done) => done === 20 && controller.abort(new Error("stop")),
  });
  await expect(stopped).rejects.toThrow("stop");
  expect(await store.getTokens()).toHaveLength(20);
});
