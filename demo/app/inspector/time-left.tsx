import { isExpired } from "edge-token-store";
import type { JSX } from "preact";
import { useEverySecond } from "../use-every-second.ts";

/** How long Zoho's access tokens live. */
const LIFETIME_SECONDS = 3600;

export function TimeLeft({ expiresAt = 0 }: { expiresAt: number | undefined }): JSX.Element {
  useEverySecond();
  const seconds = Math.max(0, Math.ceil((expiresAt - Date.now()) / 1000));
  const expired = isExpired({ expiresAt });
  return (
    <div class="time-left" data-expired={expired}>
      <p>
        <span id="time-left">Time left</span>
        <span role="timer">{expired ? "expired" : clock(seconds)}</span>
      </p>
      <progress aria-labelledby="time-left" max={LIFETIME_SECONDS} value={seconds} />
    </div>
  );
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
