import { STAND_IN } from "./settings.ts";
import { webStorage } from "./web-storage.ts";

/** Where the tokens are: with the Worker, the page having only a cookie, or in this browser. */
export type Mode = "edge" | "browser";

const KEY = "zylker-mode";

/** What was chosen last in this browser. */
export function readMode(): Mode {
  return STAND_IN && webStorage("localStorage")?.getItem(KEY) === "browser" ? "browser" : "edge";
}

/** Only where there is a choice, and somewhere to keep it. */
export function canChangeMode(): boolean {
  return STAND_IN && webStorage("localStorage") !== undefined;
}

/** A log-in of one mode means nothing in the other, so the page starts anew. */
export function changeMode(mode: Mode): void {
  webStorage("localStorage")?.setItem(KEY, mode);
  location.assign("/");
}
