import { isExpired } from "edge-token-store";
import type { StoredToken } from "edge-token-store";
import type { JSX } from "preact";
import { store } from "../store.ts";
import { useEverySecond } from "../use-every-second.ts";
import type { SessionControl } from "../use-session.ts";
import { TokenFields } from "./token-fields.tsx";

/** How long Zoho's access tokens live. */
const LIFETIME_SECONDS = 3600;

interface TokenCardProps {
  token: StoredToken | null;
  attempt: SessionControl["attempt"];
}

export function TokenCard({ token, attempt }: TokenCardProps): JSX.Element {
  return (
    <section aria-labelledby="stored-token">
      <h3 id="stored-token">The token</h3>
      {token ? <StoredTokenView token={token} attempt={attempt} /> : <p class="empty">The store holds no token. Log in to save one.</p>}
    </section>
  );
}

function StoredTokenView({ token, attempt }: { token: StoredToken; attempt: SessionControl["attempt"] }): JSX.Element {
  const { id } = token;
  // A save merges: what is not given stays as it is.
  const expire = async (): Promise<void> => {
    await store.saveToken({ id, expiresAt: Date.now() - 1000 });
  };
  return (
    <>
      <TimeLeft token={token} />
      <TokenFields token={token} />
      <p class="hint">
        Secrets pass through <code>redactToken</code> before they are shown.
      </p>
      <div class="actions">
        <button type="button" onClick={() => void attempt(expire)}>
          Expire now
        </button>
        <button type="button" onClick={() => void attempt(() => store.deleteToken(id))}>
          Delete token
        </button>
      </div>
    </>
  );
}

function TimeLeft({ token }: { token: StoredToken }): JSX.Element {
  useEverySecond();
  const seconds = Math.max(0, Math.ceil(((token.expiresAt ?? 0) - Date.now()) / 1000));
  return (
    <div class="time-left" data-expired={isExpired(token)}>
      <p>
        <span id="time-left">Time left</span>
        <span role="timer">{isExpired(token) ? "expired" : clock(seconds)}</span>
      </p>
      <progress aria-labelledby="time-left" max={LIFETIME_SECONDS} value={seconds} />
    </div>
  );
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
