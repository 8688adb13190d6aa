export const KEYS = ["tokens:r:one", "tokens:r:two", "three"] as const;

/** A value of a length that differs from the one before, from a few bytes to several pages. */
export function wholeValue(number: number): string {
  return JSON.stringify({ number, filler: "x".repeat((number * 7919) % 20_011), end: number });
}

/** The number of the value. @throws where it is not one, from its first byte to its last */
export function numberOf(text: unknown): number {
  const { number } = JSON.parse(String(text)) as { number: number };
  if (wholeValue(number) !== text) throw new Error(`Value ${number} is torn`);
  return number;
}
