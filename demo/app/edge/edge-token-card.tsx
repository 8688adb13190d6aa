import type { JSX } from "preact";
import { TimeLeft } from "../inspector/time-left.tsx";
import { TokenFields } from "../inspector/token-fields.tsx";
import type { Notice } from "../notice.tsx";
import type { TokenReport } from "./edge-inspector.tsx";
import type { EdgeControl } from "./use-edge.ts";
import { askWorker } from "./worker.ts";

interface Action {
  label: string;
  run: () => Promise<Notice>;
  /** Of Workers KV alone. */
  inKV?: true;
}

const post = (path: string, text: string) => async (): Promise<Notice> => {
  await askWorker(path, "POST");
  return { tone: "calm", text };
};

/** What happens to every token, sooner or later. */
const LIFE: readonly Action[] = [
  {
    label: "Expire now",
    run: post(
      "/inspector/expire",
      "The access token was made to expire, and the portal's next call refreshed it. That is two saves, so the version is two higher.",
    ),
  },
  { label: "Refresh now", run: post("/inspector/refresh", "A new access token is stored, and the version went up.") },
  { label: "Rename the user", run: post("/inspector/rename", "The record has a new user name, and only the new one finds it.") },
  {
    label: "Rotate the secret",
    run: async () => {
      const { moved } = await askWorker<{ moved: number }>("/inspector/rotate", "POST");
      return { tone: "calm", text: `There is a new secret. Records sealed anew: ${moved}.` };
    },
  },
];

const FAULTS: readonly Action[] = [
  {
    label: "Revoke at the server",
    run: post("/inspector/revoke", "The server has revoked the tokens. The portal's next call was refused, so it asks for a new log-in."),
  },
  {
    label: "Break the index",
    inKV: true,
    run: post(
      "/inspector/break-index",
      "The index entries that lead from users to records are gone. “Check and repair” finds that, and mends it.",
    ),
  },
  {
    label: "Damage the record",
    inKV: true,
    run: post("/inspector/damage", "One character of the sealed record was changed. Now it can't be opened, and the portal says so."),
  },
];

interface EdgeTokenCardProps {
  token: TokenReport["token"];
  inObjects: boolean;
  control: EdgeControl;
}

export function EdgeTokenCard({ token, inObjects, control }: EdgeTokenCardProps): JSX.Element {
  const isLoggedOut = control.session.phase === "logged-out";
  const draw = ({ label, run }: Action): JSX.Element => (
    <button key={label} type="button" onClick={() => void control.attempt(run, "token changed")}>
      {label}
    </button>
  );
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
          <h4 id="life">What happens to a token</h4>
          <div class="actions" role="group" aria-labelledby="life">
            {LIFE.map(draw)}
          </div>
        </>
      ) : (
        <p class="empty">{isLoggedOut ? "Nobody is logged in here. Log in, and the Worker saves a token." : "No token can be read."}</p>
      )}
      {!isLoggedOut && (
        <>
          <h4 id="faults">What goes wrong</h4>
          <div class="actions" role="group" aria-labelledby="faults">
            {token && FAULTS.filter(({ inKV }) => !inKV || !inObjects).map(draw)}
            {/* Needs no token, and changes none. */}
            <button type="button" onClick={() => void control.attempt(checkAndRepair)}>
              Check and repair
            </button>
          </div>
        </>
      )}
    </section>
  );
}

async function checkAndRepair(): Promise<Notice> {
  const { records, unreadable, missing, repaired } = await askWorker<Record<string, number>>("/inspector/check", "POST");
  const text = `Records: ${records}, unreadable: ${unreadable}. Index entries missing: ${missing}. Repaired: ${repaired}.`;
  return { tone: unreadable ? "alert" : "calm", text };
}
