import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Plugin } from "vite";

export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));
const SOURCE = join(ROOT, "src");

/** Where what was built from this file lies; undefined where it is none of the source. */
function builtFrom(path: string): string | undefined {
  const within = relative(SOURCE, path);
  return within.startsWith("..") ? undefined : join(ROOT, "dist", within.replace(/\.ts$/, ".js"));
}

/** Has tests that import the source run on the package as it was built from it. */
export function builtPackage({ external = false }: { external?: boolean } = {}): Plugin {
  return {
    name: "built-package",
    enforce: "pre",
    resolveId(id, importer) {
      if (importer === undefined || !id.startsWith(".")) return undefined;
      const built = builtFrom(resolve(dirname(importer), id));
      if (built === undefined) return undefined;
      return external ? { id: pathToFileURL(built).href, external } : built;
    },
  };
}
