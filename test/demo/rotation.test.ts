import { mkdtempDisposable, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startDemoSite } from "./demo-site.ts";
import { WorkerClient } from "./worker-client.ts";

test("two rotations of the local secret at once both come to their end, and every token can be read", async () => {
  await using site = await startDemoSite();
  const client = new WorkerClient(site);
  await client.logIn();
  const answers = await Promise.all([client.post("/inspector/rotate"), client.post("/inspector/rotate")]);
  expect(await Promise.all(answers.map((answer) => answer.json()))).toMatchObject([{ moved: 1 }, { moved: 1 }]);
  expect((await client.send("/api/profile")).status).toBe(200);
  // The secret that is left on the disk is the one that they are sealed with.
  await site.servers.stop();
  await site.servers.start();
  expect((await client.send("/api/profile")).status).toBe(200);
});

test("no other site's page rotates the local secret", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "demo-rotation-"));
  await using site = await startDemoSite({ directory: directory.path });
  const secret = (): Promise<string> => readFile(join(directory.path, "token-secret"), "utf8");
  const before = await secret();
  const client = new WorkerClient(site);
  expect((await client.send("/inspector/rotate", { headers: { "sec-fetch-site": "cross-site" } })).status).toBe(403);
  expect((await client.send("/inspector/rotate")).status).toBe(404);
  expect((await client.send("/inspector/rotate", { method: "POST" })).status).toBe(403);
  expect(await secret()).toBe(before);
});
