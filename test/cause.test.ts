import { expect, it } from "vitest";
import { safeCause } from "../src/cause.ts";

it.each<[unknown, string]>([
  ["a token in a thrown text", "a thrown string"],
  [undefined, "a thrown undefined"],
  [new TypeError("a token in a message"), "TypeError"],
  [Object.assign(new Error("a token"), { code: "EACCES" }), "Error EACCES"],
  [Object.assign(new Error("a token"), { code: "a token as a code" }), "Error"],
  [new Error("NOAUTH a token"), "Error NOAUTH"],
])("a cause tells what it was, and nothing of what it said", (thrown, message) => {
  const cause = safeCause(thrown);
  expect(cause.message).toBe(message);
  expect(`${cause.stack}${JSON.stringify(cause)}`).not.toContain("a token");
});

it("of a message with lines that look like places nothing is told either", () => {
  const cause = safeCause(new Error("no answer\n    at a token\nover"));
  expect(cause.stack).not.toContain("a token");
  expect(cause.stack).toMatch(/\n {4}at .*cause\.test/);
});

it("an error without a stack is one without places", () => {
  const bare = new Error("a token");
  delete bare.stack;
  expect(safeCause(bare).stack).toBe("Error: Error");
});
