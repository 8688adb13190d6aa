import { OptionInvalidError } from "../errors.ts";

const DEFAULT_LEASE_MS = 10_000;
const MIN_LEASE_MS = 100;
/** Far below `MAX_TIMER_MS`. */
const MAX_LEASE_MS = 600_000;

/** How long a lock outlives its holder, in whole milliseconds. @throws {OptionInvalidError} */
export function parseLeaseMs(leaseMs: number = DEFAULT_LEASE_MS): number {
  if (Number.isFinite(leaseMs) && leaseMs >= MIN_LEASE_MS && leaseMs <= MAX_LEASE_MS) return Math.round(leaseMs);
  throw new OptionInvalidError(`The option leaseMs must be a number of milliseconds from ${MIN_LEASE_MS} to ${MAX_LEASE_MS}.`);
}
