import type { JSX } from "preact";
import { logOut } from "../session.ts";
import type { SessionControl } from "../use-session.ts";

export function SiteHeader({ control }: { control: SessionControl }): JSX.Element {
  const { session, attempt } = control;
  const leave = (): void => {
    if (session.phase !== "logged-in") return;
    void attempt(async () => {
      const revoked = await logOut(session.token);
      return revoked
        ? { tone: "calm", text: "You are logged out." }
        : { tone: "alert", text: "You are logged out in this browser. The server did not confirm that the token is revoked." };
    });
  };
  return (
    <header class="site-header">
      <a class="brand" href="/">
        <svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
          <rect width="32" height="32" rx="7" />
          <path d="M9 10h14L10 22h13" />
        </svg>
        Zylker Academy
      </a>
      {session.phase === "logged-in" && (
        <button type="button" onClick={leave}>
          Log out
        </button>
      )}
    </header>
  );
}
