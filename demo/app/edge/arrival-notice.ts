import type { Notice } from "../notice.tsx";

const NOTICES: Readonly<Record<string, Notice>> = {
  LOGIN_CANCELLED: { tone: "calm", text: "The log-in was cancelled." },
  LOGIN_FORGED: {
    tone: "alert",
    text: "This log-in was refused: it was not begun in this browser, or has been used already. Nothing was saved.",
  },
  LOGIN_FAILED: { tone: "alert", text: "The accounts server did not accept the log-in. Nothing was saved." },
  STORE_FAILED: {
    tone: "alert",
    text: "The accounts server accepted the log-in, but what is stored of an earlier one can't be read. Nothing was saved.",
  },
  SECRET_WRONG: {
    tone: "alert",
    text: "The stored tokens are sealed with another secret. Whoever runs this portal can set that one as TOKEN_SECRET_PREVIOUS. Nothing was saved.",
  },
  UNREACHABLE: { tone: "alert", text: "The accounts server can't be reached. Try again in a moment." },
};

/** Why the Worker sent the browser back without a log-in. The text is ours: what stands in the address is only looked up. */
export function arrivalNotice(): Notice | null {
  const url = new URL(location.href);
  const code = url.searchParams.get("problem");
  if (code === null) return null;
  url.searchParams.delete("problem");
  history.replaceState(null, "", url);
  return Object.hasOwn(NOTICES, code) ? NOTICES[code]! : null;
}
