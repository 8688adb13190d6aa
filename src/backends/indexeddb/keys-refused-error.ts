/** The browser can't keep keys that no script can read, so it can't keep sealed tokens. */
export class KeysRefusedError extends Error {
  override readonly name = "KeysRefusedError";
}
