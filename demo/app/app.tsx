import type { JSX } from "preact";
import { Inspector } from "./inspector/inspector.tsx";
import type { LogInAnswer } from "./log-in.ts";
import { Portal } from "./portal/portal.tsx";
import { SiteHeader } from "./portal/site-header.tsx";
import { useKeptFocus } from "./use-kept-focus.ts";
import { useSession } from "./use-session.ts";

/** The portal, and beside it what its token store does. */
export function App({ answer }: { answer: LogInAnswer }): JSX.Element {
  useKeptFocus();
  const control = useSession(answer);
  return (
    <div class="page">
      <div class="campus">
        <SiteHeader control={control} />
        <Portal control={control} />
      </div>
      <Inspector control={control} />
    </div>
  );
}
