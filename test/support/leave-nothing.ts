import { afterAll, vi } from "vitest";

// The files of a project share a process: what one of them puts in the place of something, the next must not find.
afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});
