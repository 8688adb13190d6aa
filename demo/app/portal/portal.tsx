import type { JSX } from "preact";
import { faultText } from "../fault.ts";
import { startLogIn } from "../log-in.ts";
import { NoticeBar } from "../notice.tsx";
import { ACCOUNTS_SERVER } from "../settings.ts";
import { store } from "../store.ts";
import type { SessionControl } from "../use-session.ts";
import { StudentView } from "./student-view.tsx";
import { Welcome } from "./welcome.tsx";

export function Portal({ control }: { control: SessionControl }): JSX.Element {
  const { notice, setNotice } = control;
  return (
    <main class="portal" tabIndex={-1}>
      <NoticeBar notice={notice} onDismiss={() => setNotice(null)} />
      <SessionView control={control} />
      <p class="fine-print">
        A demo of <code>edge-token-store</code>. The academy is made up; its accounts and API servers are stand-ins at{" "}
        <code>{ACCOUNTS_SERVER}</code>. Nothing leaves this machine.
      </p>
    </main>
  );
}

function SessionView({ control: { session, attempt } }: { control: SessionControl }): JSX.Element {
  switch (session.phase) {
    case "opening":
      return <p class="waiting">Opening the portal …</p>;
    case "logged-in":
      return <StudentView token={session.token} />;
    case "logged-out":
      return <Welcome onLogIn={startLogIn} />;
    case "broken":
      return (
        <section class="card" role="alert">
          <h1>Your log-in could not be read</h1>
          <p>{faultText(session.error)}</p>
          <button class="primary" type="button" onClick={() => void attempt(() => store.deleteTokens())}>
            Forget all log-ins in this browser
          </button>
        </section>
      );
  }
}
