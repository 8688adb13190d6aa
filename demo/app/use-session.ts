import type { StoredToken } from "edge-token-store";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { faultText } from "./fault.ts";
import { takeLogInAnswer } from "./log-in.ts";
import type { LogInAnswer } from "./log-in.ts";
import type { Notice } from "./notice.tsx";
import { logIn, readSession } from "./session.ts";
import { store } from "./store.ts";

export type Session =
  | { phase: "opening" }
  | { phase: "logged-out" }
  | { phase: "logged-in"; token: StoredToken }
  | { phase: "broken"; error: unknown };

export interface SessionControl {
  /** A new object after each look into the store, changed or not. */
  session: Session;
  notice: Notice | null;
  setNotice: (notice: Notice | null) => void;
  /** While a task is under way. */
  isBusy: boolean;
  /** Runs what a button starts, if nothing else is under way; reads the session anew, and only then shows the outcome: its notice, or what went wrong. */
  attempt: (task: () => Promise<Notice | void>) => Promise<void>;
}

/** The session is what the store says: read at the start, after each change, and whenever the tab is turned to. */
export function useSession(firstAnswer: LogInAnswer): SessionControl {
  const [session, setSession] = useState<Session>({ phase: "opening" });
  const [notice, setNotice] = useState<Notice | null>(null);
  const [actions, setActing] = useState(0);
  const latest = useRef<Session>(session);
  const looks = useRef(0);
  const acting = useRef(0);

  const look = useCallback(async (): Promise<Session> => {
    const number = ++looks.current;
    const seen = await readSession().then(
      (token): Session => (token ? { phase: "logged-in", token } : { phase: "logged-out" }),
      (error: unknown): Session => ({ phase: "broken", error }),
    );
    // Looks may overtake one another; only the last one counts.
    if (number === looks.current) {
      latest.current = seen;
      setSession(seen);
    }
    return seen;
  }, []);

  const run = useCallback(async (task: () => Promise<Notice | void>): Promise<void> => {
    setNotice(null);
    setActing(++acting.current);
    const outcome = await task().catch((error: unknown): Notice => ({ tone: "alert", text: faultText(error) }));
    // A notice must never stand beside the state that it says is over.
    await look();
    setActing(--acting.current);
    if (outcome) setNotice(outcome);
  }, []);

  const attempt = useCallback(async (task: () => Promise<Notice | void>): Promise<void> => {
    if (acting.current === 0) await run(task);
  }, []);

  useEffect(() => {
    const arrive = async (answer: LogInAnswer): Promise<void> => {
      if (answer.kind === "granted") return run(() => logIn(answer.grant));
      setNotice(answerNotice(answer));
      await look();
    };
    const noticeLogOut = async (): Promise<void> => {
      const before = latest.current.phase;
      const { phase } = await look();
      if (before === "logged-in" && phase === "logged-out") {
        setNotice({ tone: "calm", text: "You were logged out in another tab." });
      }
    };
    const lookAgain = (): void => {
      if (document.visibilityState === "visible") void noticeLogOut();
    };
    // A changed fragment does not reload the page.
    const answerAgain = (): void => {
      const answer = takeLogInAnswer();
      if (answer.kind !== "none") void arrive(answer);
    };
    // What happens while nothing was started here, another tab has done.
    const unsubscribe = store.subscribe(() => void (acting.current > 0 ? look() : noticeLogOut()));
    window.addEventListener("focus", lookAgain);
    document.addEventListener("visibilitychange", lookAgain);
    window.addEventListener("hashchange", answerAgain);
    void arrive(firstAnswer);
    return () => {
      unsubscribe();
      window.removeEventListener("focus", lookAgain);
      document.removeEventListener("visibilitychange", lookAgain);
      window.removeEventListener("hashchange", answerAgain);
    };
  }, []);

  return { session, notice, setNotice, isBusy: actions > 0, attempt };
}

function answerNotice(answer: LogInAnswer): Notice | null {
  switch (answer.kind) {
    case "cancelled":
      return { tone: "calm", text: "The log-in was cancelled." };
    case "forged":
      return { tone: "alert", text: "This log-in was refused: it was not started in this tab. Nothing was saved." };
    case "failed":
      return { tone: "alert", text: `The accounts server refused the log-in (${answer.error}). Nothing was saved.` };
    default:
      return null;
  }
}
