import type { ComponentChildren, JSX } from "preact";
import { canChangeMode, changeMode } from "../mode.ts";
import type { Mode } from "../mode.ts";
import { INSPECTOR } from "../settings.ts";

const MODES: readonly { mode: Mode; label: string }[] = [
  { mode: "edge", label: "At the edge" },
  { mode: "browser", label: "In this browser" },
];

/** The name of the place, where its tokens are, and what else belongs to the top of the page. */
export function SiteHeader({ mode, children }: { mode: Mode; children: ComponentChildren }): JSX.Element {
  return (
    <header class="site-header">
      <a class="brand" href="/">
        <svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
          <rect width="32" height="32" rx="7" />
          <path d="M9 10h14L10 22h13" />
        </svg>
        Zylker Academy
      </a>
      {children}
      {canChangeMode() && (
        <div class="switch" role="group" aria-label="Where the tokens are">
          <span aria-hidden="true">Tokens</span>
          {MODES.map((one) => (
            <button key={one.mode} type="button" aria-pressed={one.mode === mode} onClick={() => changeMode(one.mode)}>
              {one.label}
            </button>
          ))}
        </div>
      )}
      {INSPECTOR && (
        <a class="to-inspector" href="#inspector">
          What the store does
        </a>
      )}
    </header>
  );
}
