import type { JSX } from "preact";
import { logOut } from "../session.ts";
import type { SessionControl } from "../use-session.ts";

export function LogOutButton({ control: { session, attempt } }: { control: SessionControl }): JSX.Element | null {
  if (session.phase !== "logged-in") return null;
  const leave = async (): Promise<void> =>
    attempt(async () => {
      const revoked = await logOut(session.token);
      return revoked
        ? { tone: "calm", text: "You are logged out." }
        : { tone: "alert", text: "You are logged out in this browser. The server did not confirm that the token is revoked." };
    });
  return (
    <button type="button" onClick={() => void leave()}>
      Log out
    </button>
  );
}
