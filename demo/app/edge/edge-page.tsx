import type { JSX } from "preact";
import { NoticeBar } from "../notice.tsx";
import { LogInAgain } from "../portal/log-in-again.tsx";
import { SiteHeader } from "../portal/site-header.tsx";
import { Student } from "../portal/student.tsx";
import { Welcome } from "../portal/welcome.tsx";
import { INSPECTOR, MADE_UP } from "../settings.ts";
import { useKeptFocus } from "../use-kept-focus.ts";
import { EdgeInspector } from "./edge-inspector.tsx";
import { FailedView } from "./failed-view.tsx";
import { logIn } from "./log-in.ts";
import { logOut } from "./log-out.ts";
import { useEdge } from "./use-edge.ts";
import type { EdgeControl } from "./use-edge.ts";

/** The portal with its tokens at the edge: this page has a cookie that it can't read, and nothing else. */
export function EdgePage(): JSX.Element {
  useKeptFocus();
  const control = useEdge();
  return (
    <div class="page" aria-busy={control.isBusy}>
      <div class="campus">
        <SiteHeader mode="edge">
          {["logged-in", "ended"].includes(control.session.phase) && (
            <button type="button" onClick={() => void logOut(control, "here")}>
              Log out
            </button>
          )}
        </SiteHeader>
        <main class="portal" tabIndex={-1}>
          <NoticeBar notice={control.notice} onDismiss={() => control.setNotice(null)} />
          <EdgeView control={control} />
          <p class="fine-print">
            A demo of <code>edge-token-store</code>. {MADE_UP && "The academy is made up."} The tokens never reach this page: a Worker keeps
            them, sealed, and calls the academy's server.
          </p>
        </main>
      </div>
      {INSPECTOR && <EdgeInspector control={control} />}
    </div>
  );
}

function EdgeView({ control }: { control: EdgeControl }): JSX.Element {
  const { session } = control;
  switch (session.phase) {
    case "opening":
      return <p class="waiting">Opening the portal …</p>;
    case "logged-out":
      return <Welcome onLogIn={() => logIn()} />;
    case "ended":
      // With another consent, since only with one Zoho grants another refresh token.
      return <LogInAgain heading="You were logged out" text={session.reason} onLogIn={() => logIn("consent")} />;
    case "logged-in":
      return (
        <Student {...session}>
          <button type="button" onClick={() => void logOut(control, "everywhere")}>
            Log out everywhere
          </button>
        </Student>
      );
    case "failed":
      return <FailedView error={session.error} control={control} />;
  }
}
