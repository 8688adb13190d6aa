import type { RedisClient } from "./client.ts";

/** A Lua script, sent by its digest as long as the server knows it. */
export class Script {
  readonly #source: string;
  #digest: Promise<string> | string | undefined;

  constructor(source: string) {
    this.#source = source;
  }

  async run(client: RedisClient, keys: readonly string[], values: readonly string[]): Promise<unknown> {
    this.#digest ??= sha1(this.#source);
    if (typeof this.#digest !== "string") this.#digest = await this.#digest;
    try {
      return await client.evalsha(this.#digest, keys.length, ...keys, ...values);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return client.eval(this.#source, keys.length, ...keys, ...values);
    }
  }
}

/** Redis names a script so (https://redis.io/docs/latest/commands/evalsha/); nothing is kept safe by it. */
async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
