import type { JSX } from "preact";
import { EdgePage } from "./edge/edge-page.tsx";
import { Inspector } from "./inspector/inspector.tsx";
import type { LogInAnswer } from "./log-in.ts";
import { LogOutButton } from "./portal/log-out-button.tsx";
import { Portal } from "./portal/portal.tsx";
import { SiteHeader } from "./portal/site-header.tsx";
import { useKeptFocus } from "./use-kept-focus.ts";
import { readMode } from "./mode.ts";
import { useSession } from "./use-session.ts";

export function App({ answer }: { answer: LogInAnswer }): JSX.Element {
  return readMode() === "edge" ? <EdgePage /> : <BrowserPage answer={answer} />;
}

/** The portal with its token in this browser, and beside it what the token store does. */
function BrowserPage({ answer }: { answer: LogInAnswer }): JSX.Element {
  useKeptFocus();
  const control = useSession(answer);
  return (
    <div class="page" aria-busy={control.isBusy}>
      <div class="campus">
        <SiteHeader mode="browser">
          <LogOutButton control={control} />
        </SiteHeader>
        <Portal control={control} />
      </div>
      <Inspector control={control} />
    </div>
  );
}
