import { expect, it, onTestFinished } from "vitest";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { runHere } from "../support/cli-run.ts";
import redisDriver from "unstorage/drivers/redis";
import { fillStore } from "../support/fill-store.ts";
import { RedisServer } from "../support/redis.ts";
import { cliSuite } from "./commands-suite.ts";

cliSuite("Redis", async () => {
  const server = await RedisServer.start();
  return {
    address: server.url,
    options: ["--base", "app"],
    save: (tokens) => fillStore(redisDriver({ url: server.url, base: "app" }), tokens),
    dispose: () => server.dispose(),
  };
});

it("says why a server refuses", async () => {
  const server = await RedisServer.start("--requirepass", "the-password");
  const outcome = await runHere(["list", "env:STORE"], {
    env: { TOKEN_SECRET: SECRET, STORE: server.url.replace("//", "//:mistyped@") },
  });
  await server.dispose();
  expect(outcome).toMatchObject({ code: 1, out: "", err: expect.stringMatching(/WRONGPASS[^]*ERR_STORE_UNAVAILABLE/) });
  expect(outcome.err).not.toContain("mistyped");
});

it("shows no password that stands in the query of an address", async () => {
  const server = await RedisServer.start("--requirepass", "the-password");
  onTestFinished(() => server.dispose());
  for (const place of [server.url, `redis:///?port=${server.port}`]) {
    const address = `${place}${place.includes("?") ? "&" : "?"}password=the-password`;
    const outcome = await runHere(["list", "env:STORE"], { env: { TOKEN_SECRET: SECRET, STORE: address } });
    expect(outcome).toMatchObject({ code: 1, out: "", err: expect.stringContaining("There is no store") });
    expect(outcome.err).not.toContain("the-password");
  }
});
