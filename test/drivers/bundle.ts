import { fileURLToPath } from "node:url";
import { build } from "vite";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** One script of all that the entry imports, for where there is no `node_modules`. */
export async function bundle(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    root: HERE,
    resolve: {
      alias: {
        "#crypto": fileURLToPath(new URL("../../src/sealing/crypto-web.ts", import.meta.url)),
        "idb-keyval": `${HERE}node_modules/idb-keyval`,
      },
    },
    build: {
      write: false,
      modulePreload: false,
      minify: false,
      target: "es2022",
      rolldownOptions: {
        input: `${HERE}${entry}`,
        preserveEntrySignatures: "strict",
        output: { codeSplitting: false },
      },
    },
  });
  const { output } = (Array.isArray(result) ? result[0] : result) as { output: { code: string }[] };
  return output[0]!.code;
}
