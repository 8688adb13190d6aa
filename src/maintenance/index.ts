export { rotateSecret } from "./rotate-secret.ts";
export type { RotateSecretOptions, RotationProgress } from "./rotate-secret.ts";
