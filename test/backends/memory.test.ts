import { createMemoryTokenStore } from "../../src/index.ts";
import { tokenStoreSuite } from "../conformance/token-store-suite.ts";

tokenStoreSuite({
  name: "memory",
  shared: false,
  create: async () => ({
    open: (options = {}) => createMemoryTokenStore(options),
    stranger: { write: async () => {}, read: async () => undefined },
    dump: async () => [],
    dispose: async () => {},
  }),
});
