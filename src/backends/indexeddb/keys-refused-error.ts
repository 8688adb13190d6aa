import { StoreUnavailableError } from "../../errors.ts";

/**
 * The browser can't keep keys that no script can read, or lets this page keep nothing, so sealed tokens can't be kept. Never leaves
 * this folder.
 */
export class KeysRefusedError extends StoreUnavailableError {}
