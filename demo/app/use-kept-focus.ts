import { useEffect } from "preact/hooks";

/** Where the focused element goes with its view, the keyboard's place moves to the new view, not to the start of the page. */
export function useKeptFocus(): void {
  const focused = document.activeElement;
  useEffect(() => {
    if (focused?.isConnected === false) document.querySelector("main")?.focus({ preventScroll: true });
  });
}
