import { STAND_IN } from "./settings.ts";

/** Where the tokens are: with the Worker, the page having only a cookie, or in this browser. */
export type Mode = "edge" | "browser";

const KEY = "zylker-mode";

/** What was chosen last in this browser. */
export function readMode(): Mode {
  return STAND_IN && localStorage.getItem(KEY) === "browser" ? "browser" : "edge";
}

/** A log-in of one mode means nothing in the other, so the page starts anew. */
export function changeMode(mode: Mode): void {
  localStorage.setItem(KEY, mode);
  location.assign("/");
}
