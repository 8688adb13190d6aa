import { StoreRateLimitedError } from "../../../errors.ts";
import { isUnchanged } from "../commit-plan.ts";
import type { CommitPlan } from "../commit-plan.ts";
import type { NativeAccess, NativeParts } from "../native-access.ts";
import { pointersOf } from "../pointers.ts";
import type { KVBinding } from "./binding.ts";
import { KVValues } from "./values.ts";

/** Answers in a row that proved nothing, after which no more are asked for: one can be a race, but a hidden prefix stays. */
const MAX_UNPROVEN = 3;

/**
 * The pointers of a commit by one request to the binding of Workers KV. The driver asks for each by itself, and a Worker may
 * make 1000 requests per invocation, whatever each of them brings (https://developers.cloudflare.com/kv/platform/limits/).
 *
 * That the binding leads to where the driver has written, the same answer proves, or it is not used.
 */
export function pointerReadsBy(binding: KVBinding, parts: NativeParts): NativeAccess {
  const kv = new KVValues(binding, parts);
  let unproven = 0;

  return {
    atomic: false,
    async readPointers(plan) {
      const { next, previous, wanted, stale } = plan;
      const lists = [...wanted, ...stale];
      if (lists.length < 2 || unproven >= MAX_UNPROVEN) return undefined;
      const values = await kv.getAll([parts.keys.record((next ?? previous)!.key), ...lists]).catch((error: unknown) => {
        // A binding without bulk reads may say so in any way, and what else is wrong single reads will tell. But who is asked too often is not asked more.
        if (error instanceof StoreRateLimitedError) throw error;
        return undefined;
      });
      const proven = values !== undefined && !values.includes(undefined) && proves(plan, values);
      unproven = proven ? 0 : unproven + 1;
      return proven ? values.slice(1) : undefined;
    },
  };
}

/**
 * By the record, as this commit has just written it, and no copy of the namespace has it. What was there before is in a copy, too. After
 * a removal by its absence, but only where every list still leads to it: of a place where nothing is, nothing is believed.
 */
function proves({ next, previous }: CommitPlan, [record, ...lists]: readonly unknown[]): boolean {
  if (next) return isUnchanged(next, record);
  return record === null && lists.every((list) => pointersOf(list).some(({ key }) => key === previous!.key));
}
