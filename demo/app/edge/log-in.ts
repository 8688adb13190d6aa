import { webStorage } from "../web-storage.ts";

const MARK = "zylker-log-in";

/** Leaves for the Worker, which sends the browser on to the accounts server. */
export function logIn(prompt?: "consent"): void {
  webStorage("sessionStorage")?.setItem(MARK, "1");
  location.assign(`/auth/login?returnTo=/${prompt ? `&prompt=${prompt}` : ""}`);
}

/** Whether this tab left for a log-in: a page that is loaded can't tell otherwise why it has a session. */
export function takeLogInMark(): boolean {
  const storage = webStorage("sessionStorage");
  const left = storage?.getItem(MARK) === "1";
  storage?.removeItem(MARK);
  return left;
}
