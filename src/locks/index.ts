/**
 * One holder at a time: within a process, among the tabs of an origin, over Redis or in a Durable Object.
 *
 * @module edge-token-store/locks
 */
export { createDurableObjectLock } from "./durable-object-lock.ts";
export type { DurableObjectLockOptions } from "./durable-object-lock.ts";
export type { Lock, LockNotes, LockRequestOptions } from "./lock.ts";
export { createProcessLock } from "./process-lock.ts";
export { createRedisLock } from "./redis-lock.ts";
export type { RedisLockClient, RedisLockOptions } from "./redis-lock.ts";
export { createWebLock } from "./web-lock.ts";
