import type { Hono } from "hono";
import { createApp } from "../worker/app.ts";
import type { Portal } from "../worker/bindings.ts";
import { inspectorRoutes } from "./inspector-routes.ts";

export { SessionObject, TokenStoreObject } from "../worker/index.ts";

// What is deployed, and the inspector, which is for this machine alone.
const app: Hono<Portal> = createApp();
app.route("/", inspectorRoutes);
export default app;
