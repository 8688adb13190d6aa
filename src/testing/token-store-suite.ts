import { refuseUnknown } from "../options.ts";
import { CaseList } from "./case-list.ts";
import { badInputCases } from "./cases/bad-input.ts";
import { capabilityCases } from "./cases/capabilities.ts";
import { changedElsewhereCases } from "./cases/changed-elsewhere.ts";
import { closeCases } from "./cases/close.ts";
import { concurrencyCases } from "./cases/concurrency.ts";
import { copyCases } from "./cases/copies.ts";
import { deleteCases } from "./cases/delete.ts";
import { eventCases } from "./cases/events.ts";
import { findCases } from "./cases/find.ts";
import { hostileCases } from "./cases/hostile.ts";
import { hygieneCases } from "./cases/hygiene.ts";
import { leakCases } from "./cases/leaks.ts";
import { listCases } from "./cases/list.ts";
import { maintenanceCases } from "./cases/maintenance.ts";
import { retentionCases } from "./cases/retention.ts";
import { rotationCases } from "./cases/rotation.ts";
import { saveCases } from "./cases/save.ts";
import { tamperingCases } from "./cases/tampering.ts";
import type { SuiteCapabilities, TokenStoreFixture } from "./fixture.ts";
import type { SuiteCase } from "./suite-case.ts";

/** What the suite may ask of the store. */
export interface TokenStoreSuiteOptions {
  /** What the store or its fixture does not have; default: it has everything. */
  capabilities?: SuiteCapabilities;
}

/**
 * What every store promises, whatever lies under it, as cases for any test runner. Each case calls `create` for a storage
 * of its own.
 *
 * ```js
 * for (const { group, name, skipped, run } of tokenStoreSuite(create)) {
 *   test(`${group}: ${name}`, { skip: skipped ?? false }, run); // node:test
 * }
 * ```
 *
 * @throws {OptionInvalidError} on an unknown option or capability
 */
export function tokenStoreSuite(
  create: () => TokenStoreFixture | Promise<TokenStoreFixture>,
  options: TokenStoreSuiteOptions = {},
): readonly SuiteCase[] {
  refuseUnknown(options, ["capabilities"]);
  const { capabilities = {} } = options as TokenStoreSuiteOptions;
  const list = new CaseList(create, capabilities);
  findCases(list);
  saveCases(list);
  changedElsewhereCases(list);
  copyCases(list);
  deleteCases(list);
  listCases(list);
  eventCases(list);
  capabilityCases(list);
  closeCases(list);
  concurrencyCases(list);
  hostileCases(list);
  badInputCases(list);
  leakCases(list);
  hygieneCases(list);
  tamperingCases(list);
  retentionCases(list);
  maintenanceCases(list);
  rotationCases(list);
  return list.cases;
}
