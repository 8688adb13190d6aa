import { afterEach, describe, expect, it, vi } from "vitest";
import { whenDone } from "../../src/sealing/primitives.ts";

describe("whenDone", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("uses at once what is there at once", () => {
    expect(whenDone("value", (value) => `${value}!`)).toBe("value!");
    for (const nothing of [undefined, null]) expect(whenDone(nothing, (value) => value)).toBe(nothing);
  });

  it("waits for the promise of an async function also where a library has replaced Promise", async () => {
    const later = async (): Promise<string> => "value";
    vi.stubGlobal("Promise", class extends Promise<unknown> {});
    expect(later()).not.toBeInstanceOf(globalThis.Promise);
    expect(await whenDone(later(), (value) => `${value}!`)).toBe("value!");
  });
});
