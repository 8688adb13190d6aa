import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle } from "../bundle.ts";
import type { DriverEngine } from "../engines.ts";
import type { RunEvent } from "../results.ts";

const URL = "http://worker/";
const POLL_MS = 500;

export async function run({ id, gaps }: DriverEngine, report: (event: RunEvent) => void): Promise<void> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: "drivers",
      modules: [{ type: "ESModule", path: "worker.js", contents: await bundle("worker.ts") }],
      modulesRoot: "/",
      compatibilityDate: "2026-10-01",
      compatibilityFlags: ["no_nodejs_compat"],
      kvNamespaces: ["KV"],
      r2Buckets: ["BUCKET"],
    }),
  );
  const reportNew = async (): Promise<void> => {
    const response = await miniflare.dispatchFetch(URL);
    for (const event of (await response.json()) as RunEvent[]) report(event);
  };
  try {
    const finished = miniflare
      .dispatchFetch(URL, { method: "POST", body: JSON.stringify({ id, gaps }) })
      .then((response) => response.text());
    let failure: string | undefined;
    do {
      await reportNew();
      failure = await Promise.race([finished, new Promise<undefined>((resolve) => setTimeout(resolve, POLL_MS, undefined))]);
    } while (failure === undefined);
    await reportNew();
    if (failure !== "") throw new Error(failure);
  } finally {
    await miniflare.dispose();
  }
}
