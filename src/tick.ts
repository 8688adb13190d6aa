let last = 0;

/**
 * Orders the saves of one millisecond, whichever store, tab or process makes them: microseconds since the epoch. More than the one
 * before in any case, since a browser's clock is coarse, and that of Workers stands still between two requests to the outside.
 */
export function nextTick(): number {
  last = Math.max(last + 1, Math.floor((performance.timeOrigin + performance.now()) * 1000));
  return last;
}
