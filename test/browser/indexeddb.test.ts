import { indexedDBFixture } from "../conformance/indexeddb-fixture.ts";
import { tokenStoreSuite } from "../conformance/token-store-suite.ts";

tokenStoreSuite({
  name: "IndexedDB in Chromium",
  shared: true,
  capabilities: { secret: false, raw: false },
  create: async () => indexedDBFixture(),
});
