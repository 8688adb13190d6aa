import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MAX_SCRIPT_BYTES = 60_000;

describe("the portal as it is deployed", () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "portal-"));
    await build({ configFile: join(ROOT, "vite.config.ts"), logLevel: "error", build: { outDir: join(directory, "dist-demo") } });
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test("has a page of less than 60 kB script, none of it inline, under a strict policy", async () => {
    const assets = join(directory, "dist-demo/assets");
    const scripts = (await readdir(assets)).filter((name) => name.endsWith(".js"));
    const sizes = await Promise.all(scripts.map(async (name) => gzipSync(await readFile(join(assets, name))).length));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAX_SCRIPT_BYTES);
    const html = await readFile(join(directory, "dist-demo/index.html"), "utf8");
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style|style=|inspector" content/);
    expect(await readFile(join(directory, "dist-demo/_headers"), "utf8")).toMatch(/default-src 'none'; script-src 'self';/);
  });

  test("is taken by wrangler, with all its bindings and without the inspector", async () => {
    const out = join(directory, "out");
    const wrangler = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
    const parameters = [
      wrangler,
      "deploy",
      "--dry-run",
      "--cwd",
      join(ROOT, "demo"),
      "--assets",
      join(directory, "dist-demo"),
      "--outdir",
      out,
    ];
    const { stdout } = await promisify(execFile)(process.execPath, parameters);
    for (const binding of ["env.TOKENS", "env.TOKEN_OBJECTS", "env.SESSIONS", "env.TOKEN_STORAGE"]) expect(stdout).toContain(binding);
    const code = await readFile(join(out, "index.js"), "utf8");
    expect(code).toContain("/auth/logout-everywhere");
    expect(code).not.toContain("/inspector/");
  });
});
