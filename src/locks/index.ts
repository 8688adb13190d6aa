export { createDurableObjectLock } from "./durable-object-lock.ts";
export type { DurableObjectLockOptions } from "./durable-object-lock.ts";
export type { Lock, LockNotes, LockRequestOptions } from "./lock.ts";
