import { useEffect, useState } from "preact/hooks";

/** Draws the component again each second, for what depends on the time. */
export function useEverySecond(): void {
  const [, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), 1000);
    return () => clearInterval(timer);
  }, []);
}
