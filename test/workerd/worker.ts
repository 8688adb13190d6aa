import { DurableObject } from "cloudflare:workers";

export { TokenStoreObject } from "../../src/backends/durable-object/index.ts";

/** A class that somebody bound by mistake. */
export class OtherObject extends DurableObject {}

/** The tests run inside this Worker; it serves nothing itself. */
export default {
  fetch: (): Response => new Response(null, { status: 404 }),
};
