import { createMemoryTokenStore } from "../../src/index.ts";
import type { StoreFixture } from "./sdk-fixture.ts";
import { zohoSdkSuite } from "./sdk-suite.ts";
import { zohoSdkV2Suite } from "./sdk-v2-suite.ts";

const create = async (): Promise<StoreFixture> => {
  const store = createMemoryTokenStore();
  return { open: () => store, dispose: () => store.close() };
};

zohoSdkSuite("memory", create);
zohoSdkV2Suite("memory", create);
