import { StoreRateLimitedError } from "../../../errors.ts";
import type { NativeAccess, NativeParts } from "../native-access.ts";
import type { KVBinding } from "./binding.ts";
import { KVValues } from "./values.ts";

/** Answers in a row that proved nothing, after which no more are asked for: one can be a race, but a hidden prefix stays. */
const MAX_UNPROVEN = 3;

/**
 * Several values by one request to the binding of Workers KV, for who knows one of them. The driver asks for each by itself, and
 * a Worker may make 1000 requests per invocation, whatever each of them brings (https://developers.cloudflare.com/kv/platform/limits/).
 */
export function provenValuesBy(binding: KVBinding, parts: NativeParts): NativeAccess {
  const kv = new KVValues(binding, parts);
  let unproven = 0;

  return {
    atomic: false,
    async getProven(keys, proves) {
      if (unproven === MAX_UNPROVEN) return undefined;
      const values = await kv.getAll(keys).catch((error: unknown) => {
        // A binding without bulk reads may say so in any way, and what else is wrong single reads will tell. But who is asked too often is not asked more.
        if (error instanceof StoreRateLimitedError) throw error;
        return undefined;
      });
      const proven = values !== undefined && !values.includes(undefined) && proves(values);
      unproven = proven ? 0 : unproven + 1;
      return proven ? values : undefined;
    },
  };
}
