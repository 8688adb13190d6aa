/** What runs in workerd. */
import cloudflareKVBindingDriver from "unstorage/drivers/cloudflare-kv-binding";
import cloudflareR2BindingDriver from "unstorage/drivers/cloudflare-r2-binding";
import { runConformance } from "./conformance.ts";
import { measureDriver } from "./measure.ts";
import type { StartedEngine } from "./place.ts";
import type { Gap, RunEvent } from "./results.ts";

interface Listed {
  keys: { name: string; expiration?: number }[];
  list_complete: boolean;
  cursor?: string;
}
interface KV {
  get(keys: string[]): Promise<Map<string, string | null>>;
  list(options: { prefix: string; limit?: number; cursor?: string | undefined }): Promise<Listed>;
}

/** As many as one read gives. */
const BULK_GET_KEYS = 100;

function kvEngine(kv: KV): StartedEngine {
  let places = 0;
  return {
    async create() {
      const base = `place-${++places}`;
      return {
        driver: () => cloudflareKVBindingDriver({ binding: kv as never, base }),
        dump: () => dump(kv, base),
        ttlSeconds: 60,
        base: `${base}:`,
        expires: async (key) => (await kv.list({ prefix: `${base}:${key}` })).keys.some(({ expiration }) => expiration !== undefined),
      };
    },
  };
}

function r2Engine(bucket: object): StartedEngine {
  let places = 0;
  return {
    async create() {
      const base = `place-${++places}`;
      return { base: `${base}:`, driver: () => cloudflareR2BindingDriver({ binding: bucket as never, base }) };
    },
  };
}

async function dump(kv: KV, prefix: string): Promise<Uint8Array[]> {
  const texts: string[] = [];
  for (let cursor: string | undefined, complete = false; !complete;) {
    const page = await kv.list({ prefix: `${prefix}:`, cursor, limit: BULK_GET_KEYS });
    if (page.keys.length > 0) for (const [key, value] of await kv.get(page.keys.map(({ name }) => name))) texts.push(key, String(value));
    complete = page.list_complete;
    cursor = page.cursor;
  }
  return texts.map((text) => new TextEncoder().encode(text));
}

interface Bindings {
  readonly KV: KV;
  readonly BUCKET: object;
}

const encoder = new TextEncoder();
const events: RunEvent[] = [];

export default {
  /** POST runs all of it, and answers when it is over. GET gives what has happened since it was asked last. */
  async fetch(request: Request, { KV, BUCKET }: Bindings): Promise<Response> {
    if (request.method === "GET") return Response.json(events.splice(0));
    const { id, gaps } = (await request.json()) as { id: string; gaps: readonly Gap[] };
    const engine = id === "cloudflare-r2-binding" ? r2Engine(BUCKET) : kvEngine(KV);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const report = (event: RunEvent): void => void events.push(event);
    const run = async (): Promise<string> => {
      try {
        await measureDriver(engine, report);
        await runConformance(engine, gaps, { nested: true }, report);
        return "";
      } catch (error) {
        return String((error as Error).stack ?? error);
      }
    };
    void run().then(async (failure) => {
      await writer.write(encoder.encode(failure));
      await writer.close();
    });
    return new Response(readable);
  },
};
