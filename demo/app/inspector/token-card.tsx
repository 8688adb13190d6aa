import { redactToken } from "edge-token-store";
import type { StoredToken } from "edge-token-store";
import type { JSX } from "preact";
import type { Notice } from "../notice.tsx";
import { store } from "../store.ts";
import type { SessionControl } from "../use-session.ts";
import { TimeLeft } from "./time-left.tsx";
import { TokenFields } from "./token-fields.tsx";

interface TokenCardProps {
  token: StoredToken | null;
  isReadable: boolean;
  attempt: SessionControl["attempt"];
}

export function TokenCard({ token, isReadable, attempt }: TokenCardProps): JSX.Element {
  return (
    <section aria-labelledby="stored-token">
      <h3 id="stored-token">The token</h3>
      {token && <StoredTokenView token={token} attempt={attempt} />}
      {!token && <p class="empty">{isReadable ? "The store holds no token. Log in to save one." : "No token can be read."}</p>}
    </section>
  );
}

function StoredTokenView({ token, attempt }: { token: StoredToken; attempt: SessionControl["attempt"] }): JSX.Element {
  const { id } = token;
  // A save merges: what is not given stays as it is.
  const expire = async (): Promise<Notice> => {
    await store.saveToken({ id, expiresAt: Date.now() - 1000 });
    return { tone: "calm", text: "The token has expired. A browser gets no refresh token, so the portal asks for a new log-in." };
  };
  const remove = async (): Promise<Notice> => {
    await store.deleteToken(id);
    return { tone: "calm", text: "The token was deleted here, and so the portal is logged out." };
  };
  return (
    <>
      <TimeLeft expiresAt={token.expiresAt} />
      <TokenFields redacted={redactToken(token)} />
      <p class="hint">
        Secrets pass through <code>redactToken</code> before they are shown.
      </p>
      <div class="actions">
        <button type="button" onClick={() => void attempt(expire)}>
          Expire now
        </button>
        <button type="button" onClick={() => void attempt(remove)}>
          Delete token
        </button>
      </div>
    </>
  );
}
