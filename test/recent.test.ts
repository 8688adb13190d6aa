import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Recent } from "../src/recent.ts";

/** Few keys, so that they meet. */
const anyKey = fc.integer({ min: 0, max: 60 }).map((number) => `key ${number}`);

const anyStep = fc.oneof(
  { weight: 5, arbitrary: fc.record({ set: anyKey }) },
  { weight: 5, arbitrary: fc.record({ get: anyKey }) },
  { weight: 2, arbitrary: fc.record({ delete: anyKey }) },
  { weight: 1, arbitrary: fc.constant({ clear: true as const }) },
);

describe("what was used lately", () => {
  it("is what was set last under that very key, or nothing; and never more than it may hold", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(anyStep, { maxLength: 300 }), (limit, steps) => {
        const recent = new Recent<string>(limit);
        const all = new Map<string, string>();
        steps.forEach((step, number) => {
          if ("set" in step) {
            recent.set(step.set, `${step.set}, ${number}`);
            all.set(step.set, `${step.set}, ${number}`);
            expect(recent.get(step.set)).toBe(all.get(step.set));
          } else if ("get" in step) {
            expect([all.get(step.get), undefined]).toContain(recent.get(step.get));
          } else if ("delete" in step) {
            recent.delete(step.delete);
            all.delete(step.delete);
            expect(recent.get(step.delete)).toBeUndefined();
          } else {
            recent.clear();
            all.clear();
          }
        });
        const kept = Array.from({ length: 61 }, (_, number) => recent.get(`key ${number}`)).filter((value) => value !== undefined);
        expect(kept.length).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it.each([2, 8, 257])("of %i, the half that was used last is never forgotten", (limit) => {
    const recent = new Recent<number>(limit);
    const half = Math.floor(limit / 2);
    for (let number = 0; number < 1000; number++) {
      recent.set(`key ${number}`, number);
      for (let before = Math.max(0, number - half + 1); before <= number; before++) expect(recent.get(`key ${before}`)).toBe(before);
    }
  });
});
