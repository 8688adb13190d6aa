import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import type { UserConfig } from "vite";
import { standIn } from "./demo/stand-in/plugin.ts";

const source = (path: string): string => fileURLToPath(new URL(`src/${path}`, import.meta.url));

// The page imports the library by its public names, as an application does.
const config: UserConfig = defineConfig({
  root: "demo",
  resolve: {
    alias: [
      { find: "#crypto", replacement: source("sealing/crypto-web.ts") },
      { find: /^edge-token-store$/, replacement: source("index.ts") },
      { find: "edge-token-store/indexeddb", replacement: source("backends/indexeddb/index.ts") },
    ],
  },
  plugins: [standIn()],
  server: { host: "127.0.0.1" },
  build: { outDir: "../dist-demo", emptyOutDir: true },
});
export default config;
