import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { build as esbuild } from "esbuild";
import { chromium } from "playwright";
import { rollup } from "rollup";
import { build as vite } from "vite";
import { describe, expect, inject, it } from "vitest";
import { chromiumLaunchOptions } from "../support/chromium.ts";
import { LocalServer } from "../support/local-server.ts";
import { block, QUICK_STARTS } from "./readme.ts";

/** What the test wants to see of a module that keeps it to itself. */
const SHOW = "Object.assign(globalThis, { loggedIn, token });\n";

const BUNDLERS: Record<string, (root: string) => Promise<unknown>> = {
  Vite: (root) =>
    vite({
      root,
      configFile: false,
      logLevel: "silent",
      build: { modulePreload: false, rolldownOptions: { input: join(root, "main.ts"), output: { entryFileNames: "main.js" } } },
    }),
  esbuild: (root) => esbuild({ entryPoints: [join(root, "main.ts")], bundle: true, format: "esm", outfile: join(root, "dist/main.js") }),
  async Rollup(root) {
    const bundle = await rollup({ input: join(root, "main.js"), plugins: [nodeResolve({ browser: true })] });
    await bundle.write({ file: join(root, "dist/main.js"), format: "es" });
  },
};

describe("README's quick start for a page, bundled by a stranger", () => {
  it.each(Object.keys(BUNDLERS))("runs in Chromium as %s bundles it", async (bundler) => {
    const root = join(inject("thirdParty").page, bundler);
    const code = (await block(QUICK_STARTS.page, "ts")) + SHOW;
    await mkdir(root);
    await writeFile(join(root, "main.ts"), code);
    await writeFile(join(root, "main.js"), stripTypeScriptTypes(code));
    await BUNDLERS[bundler]!(root);

    const files = await readdir(join(root, "dist"));
    expect(files).toEqual(["main.js"]);
    const script = await readFile(join(root, "dist/main.js"), "utf8");
    expect(script).not.toContain("node:");

    await using server = await servePage(script);
    await using browser = await chromium.launch(chromiumLaunchOptions());
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => problems.push(message.text()));
    for (const version of [1, 2]) {
      await page.goto(server.url);
      await expect.poll(() => page.evaluate("globalThis.loggedIn")).toBe(true);
      expect(await page.evaluate("({ ...token, loggedIn })")).toMatchObject({ userName: "ann@example.com", version });
    }
    expect(problems).toEqual([]);
  });
});

function servePage(script: string): Promise<LocalServer> {
  const page = '<!doctype html><link rel="icon" href="data:," /><script type="module" src="/main.js"></script>';
  return LocalServer.start(async ({ url }) => {
    const isScript = url === "/main.js";
    return { headers: { "content-type": isScript ? "text/javascript" : "text/html" }, body: isScript ? script : page };
  });
}
