import { afterAll, describe, expect, it } from "vitest";
import { tokenStoreSuite } from "../src/testing/index.ts";
import { fails, mapFixture, mutants } from "./mutations/matrix.ts";

const caught: string[] = [];
const all = mutants();
afterAll(() =>
  console.log(`${caught.length} of ${all.length} broken backends and stores are caught, each by the group that guards against it`),
);

describe("the suite passes a sound backend:", () => {
  for (const { group, name, run } of tokenStoreSuite(() => mapFixture())) it(`${group}: ${name}`, run);
});

describe("the suite catches one that", () => {
  it("is one of at least 25", () => expect(all.length).toBeGreaterThanOrEqual(25));

  it.each(all)("$fault, by the cases of: $guard", async ({ fault, guard, cases }) => {
    for (const one of cases.filter(({ group }) => group.endsWith(guard))) {
      if (!(await fails(one))) continue;
      caught.push(fault);
      return;
    }
    expect.unreachable(`no case of ${guard} fails`);
  });
});
