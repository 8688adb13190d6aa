import type { Hono } from "hono";
import { createApp } from "./app.ts";
import type { Portal } from "./bindings.ts";

export { TokenStoreObject } from "edge-token-store/durable-object";
export { SessionObject } from "./session-object.ts";

const app: Hono<Portal> = createApp();
export default app;
