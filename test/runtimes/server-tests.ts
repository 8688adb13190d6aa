import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";
import type { Plugin } from "vite";
import { builtPackage, ROOT } from "./built-package.ts";
import { filesFor } from "./suites.ts";

const DIRECTORY = join(ROOT, "test-results/runtimes/server");
const STAND_INS = join(ROOT, "test/runtimes/node-test");

/** Where the file lies after {@link buildServerTests}, as JavaScript that Node.js 20 loads. */
export function builtTest(file: string): string {
  return join(DIRECTORY, file.replace(/\.ts$/, ".mjs"));
}

/** Compiles the tests for `node:test` on any runtime, and for the package as it was built. */
export async function buildServerTests(): Promise<void> {
  const files = filesFor("server");
  await build({
    configFile: false,
    root: ROOT,
    logLevel: "warn",
    plugins: [nodeTest(), builtPackage({ external: true })],
    ssr: { noExternal: ["@vitest/expect", "@vitest/spy", "@vitest/utils", "chai", "tinyrainbow"] },
    build: {
      ssr: true,
      outDir: DIRECTORY,
      emptyOutDir: true,
      target: "node20",
      rolldownOptions: {
        input: Object.fromEntries(files.map((file) => [file.replace(/\.ts$/, ""), join(ROOT, "test", file)])),
        output: { entryFileNames: "[name].mjs", chunkFileNames: "chunks/[name]-[hash].mjs" },
      },
    },
  });
  // Read by its URL beside the test. It can't be bundled: it has lone surrogates in it.
  await copyFile(join(ROOT, "test/sealing/schema-v1.json"), join(DIRECTORY, "sealing/schema-v1.json"));
}

/** `node:test` in the place of Vitest. */
function nodeTest(): Plugin {
  return {
    name: "node-test",
    enforce: "pre",
    resolveId(id) {
      if (id === "vitest") return join(STAND_INS, "vitest.ts");
      if (id.endsWith("/conformance/token-store-suite.ts")) return join(STAND_INS, "token-store-suite.ts");
      return undefined;
    },
  };
}
