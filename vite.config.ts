import { defineConfig } from "vite";
import type { UserConfig } from "vite";
import { librarySource } from "./demo/local/library-source.ts";
import { localPortal } from "./demo/local/plugin.ts";

// The page imports the library by its public names, as an application does.
const config: UserConfig = defineConfig({
  root: "demo",
  // All that `npm run demo` keeps between two runs.
  cacheDir: "../.wrangler/portal",
  resolve: { alias: librarySource },
  plugins: [localPortal()],
  server: { host: "127.0.0.1" },
  preview: { host: "127.0.0.1" },
  build: { outDir: "../dist-demo", emptyOutDir: true },
});
export default config;
