import memoryDriver from "unstorage/drivers/memory";
import { bytesOf } from "../conformance/fixture.ts";
import { tokenStoreSuite } from "../conformance/token-store-suite.ts";
import { unstorageFixture } from "../conformance/unstorage-fixture.ts";

tokenStoreSuite({
  name: "unstorage memory",
  shared: true,
  async create() {
    const driver = memoryDriver();
    return unstorageFixture(driver, async () => bytesOf(driver.getInstance!() as Map<string, string>));
  },
});
