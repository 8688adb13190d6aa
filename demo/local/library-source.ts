import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Alias } from "vite";

const source = (path: string): string => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));
const { exports } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  exports: Record<string, string | { default: string }>;
};

/** The library's public names, as an application imports them, and where their source is. Pages and Workers alike have web crypto. */
export const librarySource: Alias[] = [
  { find: "#crypto", replacement: source("sealing/crypto-web.ts") },
  ...Object.entries(exports).flatMap(([name, target]) => {
    if (typeof target === "string") return [];
    const path = target.default.replace("./dist/", "").replace(/\.js$/, ".ts");
    return [{ find: new RegExp(`^edge-token-store${name.slice(1)}$`), replacement: source(path) }];
  }),
];
