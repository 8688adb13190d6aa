import type { JSX } from "preact";
import { TimeLeft } from "../inspector/time-left.tsx";
import { TokenFields } from "../inspector/token-fields.tsx";
import type { Notice } from "../notice.tsx";
import type { TokenReport } from "./edge-inspector.tsx";
import type { EdgeControl } from "./use-edge.ts";
import { askWorker } from "./worker.ts";

interface Action {
  label: string;
  run: () => Promise<Notice | void>;
}

/** Without a text where the portal itself shows what came of it. */
const post = (path: string, text?: string) => async (): Promise<Notice | void> => {
  await askWorker(path, "POST");
  if (text !== undefined) return { tone: "calm", text };
};

const ACTIONS: readonly Action[] = [
  {
    label: "Expire now",
    run: post("/inspector/expire", "The access token expired. The portal's very next call refreshes it: see the version."),
  },
  { label: "Refresh now", run: post("/inspector/refresh", "A new access token is stored: see the version.") },
  { label: "Revoke at the server", run: post("/inspector/revoke") },
  { label: "Rename the user", run: post("/inspector/rename", "The record has another user name, and is found by the new one alone.") },
  {
    label: "Rotate the secret",
    run: async () => {
      const { moved } = await askWorker<{ moved: number }>("/inspector/rotate", "POST");
      return { tone: "calm", text: `The secret is a new one. Records sealed anew: ${moved}.` };
    },
  },
  {
    label: "Break the index",
    run: post("/inspector/break-index", "What leads from users to records is gone. A check finds that, and repairs it."),
  },
  { label: "Damage the record", run: post("/inspector/damage") },
];
/** The one that needs no token. */
const CHECK: Action = { label: "Check and repair", run: checkAndRepair };

export function EdgeTokenCard({ token, control }: { token: TokenReport["token"]; control: EdgeControl }): JSX.Element {
  return (
    <section aria-labelledby="stored-token">
      <h3 id="stored-token">The token, in the Worker</h3>
      {token ? (
        <>
          <TimeLeft expiresAt={token.expiresAt ?? undefined} />
          <TokenFields redacted={token} />
          <p class="hint">
            Secrets pass through <code>redactToken</code> in the Worker. This page never sees them.
          </p>
        </>
      ) : (
        <p class="empty">
          {control.session.phase === "logged-out"
            ? "Nobody is logged in here. Log in, and the Worker saves a token."
            : "No token can be read."}
        </p>
      )}
      {control.session.phase !== "logged-out" && (
        <div class="actions">
          {[...(token ? ACTIONS : []), CHECK].map(({ label, run }) => (
            <button key={label} type="button" onClick={() => void control.attempt(run, "token changed")}>
              {label}
            </button>
          ))}
        </div>
      )}
    </section>
  );
}

async function checkAndRepair(): Promise<Notice> {
  const { records, unreadable, missing, repaired } = await askWorker<Record<string, number>>("/inspector/check", "POST");
  const text = `Records: ${records}, unreadable: ${unreadable}. Index entries missing: ${missing}. Repaired: ${repaired}.`;
  return { tone: unreadable ? "alert" : "calm", text };
}
