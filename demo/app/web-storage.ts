/** Undefined where the browser denies it, by which even the mention of its name fails. */
export function webStorage(kind: "localStorage" | "sessionStorage"): Storage | undefined {
  try {
    return globalThis[kind];
  } catch {
    return undefined;
  }
}
