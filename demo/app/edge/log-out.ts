import type { EdgeControl } from "./use-edge.ts";
import { askWorker } from "./worker.ts";

/** Ends this browser's session, or all of the user's in every browser. */
export async function logOut({ attempt }: EdgeControl, where: "here" | "everywhere"): Promise<void> {
  await attempt(async () => {
    const { revoked } = await askWorker<{ revoked: boolean }>(where === "here" ? "/auth/logout" : "/auth/logout-everywhere", "POST");
    const text = where === "here" ? "You are logged out." : "You are logged out everywhere.";
    return revoked ? { tone: "calm", text } : { tone: "alert", text: `${text} The server did not confirm that the tokens are revoked.` };
  }, "logged out");
}
