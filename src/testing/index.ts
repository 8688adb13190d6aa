/**
 * The suite that every store passes, for any test runner, and stand-ins for what tests can't have.
 *
 * @module edge-token-store/testing
 */
export { DelayedKV } from "./delayed-kv.ts";
export type { DelayedKVBinding, DelayedKVOptions, KVRequests } from "./delayed-kv.ts";
export { DriverCalls } from "./driver-calls.ts";
export type { CallCounts } from "./driver-calls.ts";
export { DriverFaultError, DriverFaults } from "./driver-faults.ts";
export { BrokenPromiseError } from "./expect.ts";
export type { SuiteCapabilities, SuiteStoreOptions, TokenStoreFixture } from "./fixture.ts";
export { instrumentDriver } from "./instrumented-driver.ts";
export type { DriverCall } from "./instrumented-driver.ts";
export { manualClock } from "./manual-clock.ts";
export type { ManualClock } from "./manual-clock.ts";
export { seededRandom } from "./seeded-random.ts";
export type { SuiteCase } from "./suite-case.ts";
export { TokenEndpoint } from "./token-endpoint.ts";
export type { TokenEndpointAnswer, TokenEndpointOptions } from "./token-endpoint.ts";
export { tokenStoreSuite } from "./token-store-suite.ts";
export type { TokenStoreSuiteOptions } from "./token-store-suite.ts";
