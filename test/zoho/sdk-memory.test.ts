import { createMemoryTokenStore } from "../../src/index.ts";
import { zohoSdkSuite } from "./sdk-suite.ts";

zohoSdkSuite("memory", async () => {
  const store = createMemoryTokenStore();
  return { open: () => store, dispose: () => store.close() };
});
