// Loaded with node --import: a process that runs the source finds there what "#crypto" stands for, built or not.
import { registerHooks } from "node:module";

const source = new URL("../../src/sealing/crypto-node.ts", import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) => (specifier === "#crypto" ? { url: source, shortCircuit: true } : next(specifier, context)),
});
