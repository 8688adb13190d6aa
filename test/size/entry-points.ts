import { fileURLToPath } from "node:url";
import manifest from "../../package.json" with { type: "json" };
import { bundleSize } from "./bundle.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Bytes after gzip that each entry point may take with all that it exports. A change that costs more must be worth it. */
const BUDGETS: Readonly<Record<string, number>> = {
  ".": 8200,
  "./indexeddb": 13_100,
  "./unstorage": 15_400,
  "./durable-object": 12_600,
  "./fs": 4900,
  "./backend": 9400,
  "./refresh": 9000,
  "./locks": 3650,
  "./maintenance": 9100,
  "./oauth": 3300,
  "./testing": 25_500,
  "./zoho": 6950,
};

/** Peers that the application brings, and has anyway where it uses the entry point. */
const PEERS = Object.keys(manifest.peerDependencies);

export interface EntryPointSize {
  /** As it is imported. */
  readonly name: string;
  readonly bytes: number;
  readonly budget: number;
}

/** Of every public entry point, as it was built. @throws where one has no budget */
export async function entryPointSizes(): Promise<EntryPointSize[]> {
  const sizes: EntryPointSize[] = [];
  for (const [path, target] of Object.entries(manifest.exports)) {
    if (typeof target === "string") continue;
    const budget = BUDGETS[path];
    if (budget === undefined) throw new Error(`${path} has no budget in test/size/entry-points.ts.`);
    const file = fileURLToPath(new URL(`../../${target.default}`, import.meta.url));
    const bytes = await bundleSize(`export * from ${JSON.stringify(file)}`, { root: ROOT, external: PEERS });
    sizes.push({ name: `edge-token-store${path.slice(1)}`, bytes, budget });
  }
  return sizes;
}
