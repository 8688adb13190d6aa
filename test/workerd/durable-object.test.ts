import { durableObjectFixture } from "../conformance/durable-object-fixture.ts";
import { tokenStoreSuite } from "../conformance/token-store-suite.ts";

tokenStoreSuite({
  name: "Durable Object in workerd",
  shared: true,
  capabilities: { raw: false },
  create: async () => durableObjectFixture(1),
});
