import { test } from "node:test";
import { tokenStoreSuite as suite } from "../../../src/testing/index.ts";
import type { SuiteEngine } from "../../conformance/token-store-suite.ts";

/** The suite under `node:test`, as docs/write-a-backend.md has it. */
export function tokenStoreSuite({ name: engine, shared, capabilities, create }: SuiteEngine): void {
  for (const { group, name, skipped, run } of suite(create, { capabilities: { shared, ...capabilities } })) {
    void test(`conformance on ${engine} > ${group} > ${name}`, { skip: skipped ?? false }, run);
  }
}
