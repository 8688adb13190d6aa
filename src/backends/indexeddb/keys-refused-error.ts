import { StoreUnavailableError } from "../../errors.ts";

/** The browser can't keep keys that no script can read, so it can't keep sealed tokens. Never leaves this folder. */
export class KeysRefusedError extends StoreUnavailableError {}
