/**
 * What is run now and then: check and repair, sweep, rotation of the secret.
 *
 * @module edge-token-store/maintenance
 */
export { checkTokens } from "./check-tokens.ts";
export type { CheckOptions, CheckReport } from "./check-tokens.ts";
export { rotateSecret } from "./rotate-secret.ts";
export type { RotateSecretOptions, RotationProgress } from "./rotate-secret.ts";
export { sweepTokens } from "./sweep-tokens.ts";
export type { SweepOptions, SweepReport } from "./sweep-tokens.ts";
