import * as files from "node:fs/promises";
import { afterEach, expect, it, vi } from "vitest";

afterEach(() => {
  vi.doUnmock("node:fs/promises");
  vi.resetModules();
});

/** As another machine has it, or this one after it was started again. */
async function scopeWith(bootId: string): Promise<string> {
  vi.resetModules();
  const readFile = (path: string, ...rest: never[]): Promise<unknown> =>
    path.endsWith("/boot_id") ? Promise.resolve(bootId) : files.readFile(path, ...rest);
  vi.doMock("node:fs/promises", () => ({ ...files, readFile }));
  const { pidScope } = await import("../../src/backends/unstorage/atomic-fs/processes.ts");
  return pidScope();
}

it("a pid is known within one start of one machine: another of the same name may have a living process of that number", async () => {
  const here = await scopeWith("one\n");
  expect(await scopeWith("one\n")).toBe(here);
  expect(await scopeWith("two\n")).not.toBe(here);
});
