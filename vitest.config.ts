import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import type { TestProjectConfiguration, ViteUserConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";
import type { TestSpecification } from "vitest/node";
import manifest from "./package.json" with { type: "json" };
import { chromiumLaunchOptions, findChromium } from "./test/support/chromium.ts";
import { hasMariadb } from "./test/support/mariadb.ts";
import { keepTemporaryFilesInMemory } from "./test/support/memory-files.ts";
import { hasPostgresql } from "./test/support/postgresql.ts";
import { hasRedis } from "./test/support/redis.ts";
import { workerdPlugin } from "./test/workerd/plugin.ts";

const source = (path: string): string => fileURLToPath(new URL(`src/${path}`, import.meta.url));
const nodeCrypto = { "#crypto": source("sealing/crypto-node.ts") };
const webCrypto = { "#crypto": source("sealing/crypto-web.ts") };

keepTemporaryFilesInMemory();

const missing = [hasRedis() ? [] : "redis", hasMariadb() ? [] : "mariadb", hasPostgresql() ? [] : "postgresql"].flat();
const exclude = missing.map((engine) => `test/**/*${engine}*`);

/** The package by its own name, as its documents import it. */
const entryPoints = Object.entries(manifest.exports).flatMap(([name, target]) => {
  if (typeof target === "string") return [];
  const path = target.default.replace("./dist/", "").replace(/\.js$/, ".ts");
  return { find: new RegExp(`^edge-token-store${name.slice(1)}$`), replacement: source(path) };
});

// Engines are shared with whatever else runs on the machine: the limits only catch what hangs.
const patience = { testTimeout: 240_000, hookTimeout: 240_000, expect: { poll: { timeout: 60_000 } } };

const PACKED = ["test/package.test.ts", "test/examples/*.test.ts"];

// To load all of it anew for each file takes as long as the tests themselves.
const oneProcess = { isolate: false };

const node: TestProjectConfiguration = {
  resolve: { alias: [...entryPoints, { find: "#crypto", replacement: nodeCrypto["#crypto"] }] },
  test: {
    name: "node",
    include: ["test/*.test.ts", "test/{backends,cli,faults,locks,maintenance,oauth,refresh,sealing,zoho}/*.test.ts"],
    exclude: [...exclude, ...PACKED],
    setupFiles: ["./test/support/random-seed.ts", "./test/support/leave-nothing.ts"],
    ...oneProcess,
    ...patience,
  },
};

const workerd = (name: string, include: string): TestProjectConfiguration => ({
  resolve: { alias: webCrypto },
  plugins: [workerdPlugin()],
  test: { name, include: [include], ...oneProcess, ...patience },
});

const chromium = (): TestProjectConfiguration => ({
  resolve: { alias: webCrypto },
  test: {
    name: "chromium",
    include: ["test/browser/*.test.ts"],
    ...patience,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: chromiumLaunchOptions() }),
      instances: [{ browser: "chromium" }],
    },
  },
});

/** Every view in four looks, at three widths, by the Tab key alone, dozens of names in each, through faults and restarts, and over each storage: minutes of a browser's time. */
const LONG_WALKS = ["accessibility", "budgets", "edge-faults", "edge-storages", "hostile-names", "restart", "rotation"].map(
  (name) => `test/demo/${name}.test.ts`,
);

const demo = (name: string, include: string[], without: string[] = []): TestProjectConfiguration => ({
  // Many demos run side by side, and each starts its servers anew: none may take another one's port meanwhile.
  test: {
    name,
    include,
    exclude: without,
    globalSetup: ["./test/demo/built-page.ts"],
    env: { STAND_IN_PORT: "0" },
    ...oneProcess,
    ...patience,
  },
});

/** The package as it is published, and the examples over it. Run apart: it builds everything first. */
const packed: TestProjectConfiguration = {
  resolve: { alias: nodeCrypto },
  test: { name: "package", include: PACKED, globalSetup: ["./test/support/packed-package.ts"], ...patience },
};

/** A stranger's project, which has nothing of ours but the packed package. Run apart: it needs npm's registry. */
const thirdParty: TestProjectConfiguration = {
  test: {
    name: "third-party",
    include: ["test/third-party/*.test.ts"],
    globalSetup: ["./test/third-party/install.ts"],
    // Compilers, one to a core of a small machine.
    maxConcurrency: 2,
    ...patience,
  },
};

/** What takes minutes by nature: thousands of rounds, hundreds of kills. Run apart, by `npm run test:endurance`. */
const endurance: TestProjectConfiguration = {
  resolve: { alias: nodeCrypto },
  test: {
    name: "endurance",
    include: ["test/endurance/*.test.ts"],
    exclude,
    setupFiles: ["./test/support/random-seed.ts"],
    testTimeout: 900_000,
    hookTimeout: 120_000,
  },
};

/** The many small files of the node project last: so no core has nothing to do at the end. */
class SmallFilesLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSmall = ({ project }: TestSpecification): boolean => project.name === "node";
    return [...sorted.filter((file) => !isSmall(file)), ...sorted.filter(isSmall)];
  }
}

const config: ViteUserConfig = defineConfig({
  test: {
    // npm run coverage: of what runs within minutes, and not in another process.
    coverage: {
      // The only one that counts in workerd and browsers too.
      provider: "istanbul",
      include: ["src/**/*.ts"],
      exclude: [
        // Runs as a process of its own alone: test/cli/process.test.ts and test/cli/interrupted.test.ts.
        "src/cli/main.ts",
      ],
      reporter: ["text-summary", "json", "html"],
      reportOnFailure: true,
      thresholds: { branches: 95 },
    },
    // More than the two cores of a small machine: part of the time is spent waiting for browsers and servers.
    maxWorkers: 3,
    sequence: { sequencer: SmallFilesLast },
    reporters: ["default", "./test/support/summary-reporter.ts"],
    projects: [
      node,
      workerd("workerd", "test/workerd/*.test.ts"),
      ...(findChromium()
        ? [chromium(), demo("demo", ["test/{demo,pages}/*.test.ts"], LONG_WALKS), demo("walks", LONG_WALKS), packed, thirdParty]
        : []),
      endurance,
      workerd("endurance-workerd", "test/endurance/workerd/*.test.ts"),
    ],
  },
});
export default config;
