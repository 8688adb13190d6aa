// @vitest-environment happy-dom
import "fake-indexeddb/auto";
import { indexedDBFixture } from "../conformance/indexeddb-fixture.ts";
import { tokenStoreSuite } from "../conformance/token-store-suite.ts";

tokenStoreSuite({
  name: "IndexedDB (fake-indexeddb)",
  shared: true,
  capabilities: { secret: false, raw: false },
  create: async () => indexedDBFixture(),
});
