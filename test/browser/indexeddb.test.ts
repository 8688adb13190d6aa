import { indexedDBFixture } from "../conformance/indexeddb-fixture.ts";
import { tokenStoreSuite } from "../conformance/token-store-suite.ts";

tokenStoreSuite({
  name: "IndexedDB in a page",
  shared: true,
  capabilities: { secret: false, raw: false },
  create: async () => indexedDBFixture(),
});
