import { DurableObject } from "cloudflare:workers";

import { TokenStoreObject } from "../../src/backends/durable-object/index.ts";

export { TokenStoreObject };

/** A class that somebody bound by mistake. */
export class OtherObject extends DurableObject {}

/** The class itself, but named in `new_classes` by mistake. */
export class PlainObject extends TokenStoreObject {}

/** The tests run inside this Worker; it serves nothing itself. */
export default {
  fetch: (): Response => new Response(null, { status: 404 }),
};
