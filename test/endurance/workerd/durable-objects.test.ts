import { durableObjectFixture } from "../../conformance/durable-object-fixture.ts";
import { tokenStoreSuite } from "../../conformance/token-store-suite.ts";

for (const shard of [2, 4]) {
  tokenStoreSuite({
    name: `Durable Objects in workerd, shard ${shard}`,
    shared: true,
    capabilities: { raw: false },
    create: async () => durableObjectFixture(shard),
  });
}
