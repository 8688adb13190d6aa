import { describe, expect, it } from "vitest";
import { driverFailure } from "../../src/backends/unstorage/driver-failure.ts";
import { rateLimitPauseMs } from "../../src/backends/unstorage/rate-limit-pause.ts";

const failed = { kind: "failed" };
const refused = { kind: "rate-limited", retryAfterMs: undefined };
const asked = (retryAfter: string) => ({ headers: new Headers({ "retry-after": retryAfter }) });

describe("an error of a driver is", () => {
  it.each<[string, unknown, object]>([
    ["a refusal of KV's binding", new Error("KV PUT failed: 429 Too Many Requests"), refused],
    ["a refusal to delete", new Error("KV DELETE failed: 429 Too Many Requests"), refused],
    ["a refusal to read many", new Error("KV GET_BULK failed: 429 Too Many Requests"), refused],
    ["a refusal over HTTP", Object.assign(new Error("[PUT] …: 429 Too Many Requests"), { statusCode: 429, status: 429 }), refused],
    ["a refusal with a status alone", { status: 429 }, refused],
    ["one that names seconds", { statusCode: 429, response: asked("7") }, { ...refused, retryAfterMs: 7000 }],
    ["one that names a date", { statusCode: 429, response: asked("Fri, 31 Dec 1999 23:59:59 GMT") }, refused],
    ["one that names nonsense", { statusCode: 429, response: asked("-1") }, refused],
    ["all requests used up", new Error("Too many API requests by single worker invocation."), { kind: "operations-spent" }],
    ["all subrequests used up", new Error("Too many subrequests."), { kind: "operations-spent" }],
    ["another status of KV's", new Error("KV PUT failed: 400 Invalid expiration_ttl of 42"), failed],
    ["429 in what was quoted", new Error("ECONNRESET while writing KV PUT failed: 429"), failed],
    ["a status that is a text", { statusCode: "429" }, failed],
    ["no object", "429", failed],
    ["nothing", undefined, failed],
  ])("%s", (_name, error, failure) => {
    expect(driverFailure(error)).toEqual(failure);
  });
});

describe("the pause after a refusal", () => {
  it("outlasts the second in which KV takes no other write, doubles, and comes to an end", () => {
    expect([0, 1, 2, 3].map((repeats) => rateLimitPauseMs(repeats, undefined, 0))).toEqual([1000, 2000, 4000, undefined]);
    expect([0, 1, 2, 3].map((repeats) => rateLimitPauseMs(repeats, undefined, 1))).toEqual([2000, 4000, 8000, undefined]);
  });

  it("is never shorter than the storage asked for, and none where it asked for too much", () => {
    expect(rateLimitPauseMs(0, 5000, 0)).toBe(5000);
    expect(rateLimitPauseMs(0, 5000, 1)).toBe(6000);
    expect(rateLimitPauseMs(2, 500, 0)).toBe(4000);
    expect(rateLimitPauseMs(0, 60_000, 0)).toBeUndefined();
  });
});
