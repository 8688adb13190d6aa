import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Course, CurrentUser, Message } from "../crm.ts";
import { faultText, isUnreachable } from "../fault.ts";
import type { Notice } from "../notice.tsx";
import { arrivalNotice } from "./arrival-notice.ts";
import { takeLogInMark } from "./log-in.ts";
import { askWorker, WorkerError } from "./worker.ts";

type EdgeSession =
  | { phase: "opening" }
  | { phase: "logged-out" }
  /** The session is known, but its tokens serve no more. */
  | { phase: "ended"; reason: string }
  | { phase: "logged-in"; user: CurrentUser; courses: Course[]; messages: Message[] }
  | { phase: "failed"; error: unknown };

/** What one tab tells the others. */
type TabEvent = "logged in" | "logged out" | "token changed";

export interface EdgeControl {
  session: EdgeSession;
  /** Grows with each look, for what is drawn beside the session. */
  looks: number;
  notice: Notice | null;
  setNotice: (notice: Notice | null) => void;
  look: () => Promise<void>;
  /** While a task of `attempt` is under way. */
  isBusy: boolean;
  /** Runs what a button starts, if nothing else is under way; tells the other tabs what was done, looks anew, and then shows the outcome. */
  attempt: (task: () => Promise<Notice | void>, event?: TabEvent) => Promise<void>;
  /** What other tabs told, newest last. */
  told: readonly { number: number; time: string; event: TabEvent; here: boolean }[];
}

const CHANNEL = "zylker-session";
const MAX_TOLD = 20;
const ENDED: readonly string[] = ["LOGIN_REVOKED", "LOGIN_LOST"];

/** The session is what the Worker says, by the cookie: asked at the start, after each change, and when the tab is turned to. */
export function useEdge(): EdgeControl {
  const [session, setSession] = useState<EdgeSession>({ phase: "opening" });
  const [looks, setLooks] = useState(0);
  const [notice, setNotice] = useState<Notice | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [told, setTold] = useState<EdgeControl["told"]>([]);
  const latest = useRef<EdgeSession["phase"]>("opening");
  const count = useRef(0);
  const acting = useRef(false);
  const outage = useRef<Notice | null>(null);
  const channel = useRef<BroadcastChannel>();

  const note = useCallback((event: TabEvent, here: boolean): void => {
    const time = new Date().toLocaleTimeString();
    setTold((known) => [...known, { number: (known.at(-1)?.number ?? 0) + 1, time, event, here }].slice(-MAX_TOLD));
  }, []);

  const tell = useCallback((event: TabEvent): void => {
    channel.current?.postMessage(event);
    note(event, true);
  }, []);

  const look = useCallback(async (isFromOutside = false): Promise<void> => {
    const number = ++count.current;
    const seen = await readSession().catch((error: unknown): EdgeSession => ({ phase: "failed", error }));
    // Looks may overtake one another; only the last one counts.
    if (number !== count.current) return;
    if (isFromOutside && latest.current === "logged-in" && seen.phase === "failed" && isUnreachable(seen.error)) {
      // Nobody asked for more than what is there.
      outage.current = { tone: "alert", text: faultText(seen.error) };
      return setNotice(outage.current);
    }
    setNotice((shown) => (shown === outage.current ? null : shown));
    latest.current = seen.phase;
    setSession(seen);
    setLooks(number);
  }, []);

  const lookFromOutside = useCallback(async (): Promise<void> => {
    const before = latest.current;
    await look(true);
    if (before === "logged-in" && latest.current === "logged-out") setNotice({ tone: "calm", text: "You were logged out elsewhere." });
  }, []);

  const attempt = useCallback(async (task: () => Promise<Notice | void>, event?: TabEvent): Promise<void> => {
    if (acting.current) return;
    acting.current = true;
    setBusy(true);
    setNotice(null);
    const outcome = await task().then(
      (answer) => {
        if (event) tell(event);
        return answer;
      },
      (error: unknown): Notice => ({ tone: "alert", text: faultText(error) }),
    );
    await look();
    acting.current = false;
    setBusy(false);
    if (outcome) setNotice(outcome);
  }, []);

  useEffect(() => {
    const tabs = new BroadcastChannel(CHANNEL);
    channel.current = tabs;
    tabs.addEventListener("message", ({ data }: MessageEvent<TabEvent>) => {
      note(data, false);
      void lookFromOutside();
    });
    const turnedTo = (): void => {
      if (document.visibilityState === "visible") void lookFromOutside();
    };
    const arrive = async (): Promise<void> => {
      const hasLoggedIn = takeLogInMark();
      await look();
      if (hasLoggedIn && latest.current === "logged-in") tell("logged in");
    };
    window.addEventListener("focus", turnedTo);
    window.addEventListener("online", turnedTo);
    document.addEventListener("visibilitychange", turnedTo);
    setNotice(arrivalNotice());
    void arrive();
    return () => {
      tabs.close();
      window.removeEventListener("focus", turnedTo);
      window.removeEventListener("online", turnedTo);
      document.removeEventListener("visibilitychange", turnedTo);
    };
  }, []);

  return { session, looks, notice, setNotice, look, isBusy, attempt, told };
}

async function readSession(): Promise<EdgeSession> {
  const { loggedIn } = await askWorker<{ loggedIn: boolean }>("/auth/session");
  if (!loggedIn) return { phase: "logged-out" };
  try {
    const [profile, courses, messages] = await Promise.all([
      askWorker<{ data: { name: string; email: string; programme: string } }>("/api/profile"),
      askWorker<{ data: Course[] }>("/api/courses"),
      askWorker<{ data: Message[] }>("/api/inbox"),
    ]);
    const { name, email, programme } = profile.data;
    const user = { full_name: name, email, Programme: programme };
    return { phase: "logged-in", user, courses: courses.data, messages: messages.data };
  } catch (error) {
    if (!(error instanceof WorkerError)) throw error;
    if (ENDED.includes(error.code)) return { phase: "ended", reason: error.message };
    if (error.code === "NOT_LOGGED_IN") return { phase: "logged-out" };
    throw error;
  }
}
