import { createMemoryTokenStore } from "../../src/index.ts";
import { tokenStoreSuite } from "../conformance/token-store-suite.ts";

tokenStoreSuite({
  name: "memory",
  shared: false,
  capabilities: { secret: false, stranger: false, dump: false, raw: false },
  create: async () => ({ open: (options = {}) => createMemoryTokenStore(options) }),
});
