import { createProcessLock } from "../../src/locks/index.ts";
import { lockSuite } from "./lock-suite.ts";

lockSuite({
  name: "one process",
  fair: true,
  create: async () => {
    const lock = createProcessLock();
    return { locks: [lock, lock] };
  },
});
