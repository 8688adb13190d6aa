import { cloudflareTest } from "@cloudflare/vitest-plugin";

/** Runs the tests inside workerd, as a Worker with a KV namespace and Durable Objects. */
export const workerdPlugin = (): ReturnType<typeof cloudflareTest> =>
  cloudflareTest({
    main: "./test/workerd/worker.ts",
    miniflare: {
      compatibilityDate: "2026-10-01",
      compatibilityFlags: ["no_nodejs_compat"],
      kvNamespaces: ["KV"],
      durableObjects: {
        TOKENS: { className: "TokenStoreObject", useSQLite: true },
        OTHER: { className: "OtherObject", useSQLite: true },
        WITHOUT_SQLITE: { className: "PlainObject" },
      },
    },
  });
