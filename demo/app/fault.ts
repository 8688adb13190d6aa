import { TokenStoreError } from "edge-token-store";
import { WorkerError } from "./edge/worker.ts";
import { ServerUnreachableError } from "./server-request.ts";

/** An error in words for the visitor, with its stable code where it has one. */
export function faultText(error: unknown): string {
  if (error instanceof TokenStoreError) return `${error.code}: ${error.message}`;
  if (error instanceof ServerUnreachableError)
    return navigator.onLine ? `${error.message} Is it running? Try again in a moment.` : "You are offline.";
  if (error instanceof WorkerError) return error.message;
  return error instanceof Error ? error.message : String(error);
}

/** Whether nothing is wrong but the way to a server. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof ServerUnreachableError || (error instanceof WorkerError && error.code === "UNREACHABLE");
}
