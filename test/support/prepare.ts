import { installMissingEngines, missingEngines } from "./engines.ts";

// Runs before the tests: they are worth most on the real engines.
installMissingEngines();
const missing = missingEngines();
for (const { name, hint, suites } of missing) console.log(`No ${name} here: ${hint}. Left out: ${suites}.`);
if (missing.length > 0 && process.env["CI"]) {
  console.error("In CI every engine must be there.");
  process.exitCode = 1;
}
