import { isExpired } from "edge-token-store";
import type { StoredToken } from "edge-token-store";
import { useCallback, useEffect, useState } from "preact/hooks";
import { fetchCourses, fetchCurrentUser, fetchMessages, TokenRefusedError } from "./crm.ts";
import type { Course, CurrentUser, Message } from "./crm.ts";
import { useEverySecond } from "./use-every-second.ts";

export type PortalData =
  | { state: "loading" }
  | { state: "ready"; user: CurrentUser; courses: Course[]; messages: Message[] }
  | { state: "expired" }
  | { state: "refused" }
  | { state: "failed"; error: unknown };

/** What the API tells about the student; asked again for each new access token, and on `retry`. */
export function usePortalData(token: StoredToken): { data: PortalData; retry: () => void } {
  const [data, setData] = useState<PortalData>({ state: "loading" });
  const [tries, setTries] = useState(0);
  const retry = useCallback(() => setTries((count) => count + 1), []);
  useEverySecond();
  const expired = isExpired(token);

  useEffect(() => {
    if (expired) return;
    const leaving = new AbortController();
    setData({ state: "loading" });
    const fetchAll = async (): Promise<void> => {
      const { signal } = leaving;
      const answer = await Promise.all([fetchCurrentUser(token, signal), fetchCourses(token, signal), fetchMessages(token, signal)]).then(
        ([user, courses, messages]): PortalData => ({ state: "ready", user, courses, messages }),
        (error: unknown): PortalData => (error instanceof TokenRefusedError ? { state: "refused" } : { state: "failed", error }),
      );
      if (!leaving.signal.aborted) setData(answer);
    };
    void fetchAll();
    return () => leaving.abort();
  }, [token.accessToken, token.apiDomain, expired, tries]);

  // What failed for want of a connection is asked again with it.
  useEffect(() => {
    if (data.state !== "failed") return;
    window.addEventListener("online", retry);
    return () => window.removeEventListener("online", retry);
  }, [data.state]);

  return { data: expired ? { state: "expired" } : data, retry };
}
