/**
 * A store in a browser's IndexedDB, sealed with keys of its own and shared by all tabs.
 *
 * @module edge-token-store/indexeddb
 */
import { MAX_TIMER_MS } from "../../abortable.ts";
import { Engine } from "../../engine.ts";
import type { TokenStoreError } from "../../errors.ts";
import { assertOption, isAboveZero, parseOptions } from "../../options.ts";
import type { TokenStoreOptions } from "../../options.ts";
import type { EdgeTokenStore } from "../../token-store.ts";
import { IndexedDBBackend } from "./backend.ts";
import { Connection } from "./connection.ts";
import { DegradableBackend } from "./degradable-backend.ts";
import { databaseName } from "./schema.ts";
import { TabEvents } from "./tab-events.ts";

const DEFAULT_OPEN_TIMEOUT_MS = 10_000;

/** What a store in IndexedDB takes beside the options of all stores. */
export interface IndexedDBTokenStoreOptions extends TokenStoreOptions {
  /**
   * Accept tokens with a `clientSecret`; default false, which refuses them with `ERR_TOKEN_INVALID`:
   * whoever has the page would have the secret (RFC 6749 section 2.1).
   */
  allowClientSecret?: boolean;
  /**
   * Told once, with the reason, when the browser refuses to keep the keys that seal the tokens (an insecure
   * origin, some versions of Safari), or IndexedDB (a sandboxed page, blocked cookies). From then on tokens live in memory and are gone with the page, and
   * `capabilities.persistent` is false. Default: a warning on the console.
   */
  onDegraded?: (reason: TokenStoreError) => void;
  /** How long opening the database may take, in milliseconds, before `ERR_STORE_BLOCKED`; default 10,000. */
  openTimeoutMs?: number;
}

/**
 * A store in the browser's IndexedDB, shared by all tabs of the origin: one database a namespace. The
 * database opens on first use, and again after the browser or the user took it away.
 *
 * @throws {OptionInvalidError} on an unknown option or one of the wrong type
 */
export function createIndexedDBTokenStore(options: IndexedDBTokenStoreOptions = {}): EdgeTokenStore {
  const parsed = parseOptions(options, ["allowClientSecret", "onDegraded", "openTimeoutMs"]);
  const { allowClientSecret = false, onDegraded = warn, openTimeoutMs = DEFAULT_OPEN_TIMEOUT_MS } = options;
  assertOption(typeof allowClientSecret === "boolean", "allowClientSecret", "true or false");
  assertOption(isAboveZero(openTimeoutMs), "openTimeoutMs", "a number of milliseconds above zero");
  assertOption(typeof onDegraded === "function", "onDegraded", "a function");
  const connection = new Connection(parsed.namespace, Math.min(openTimeoutMs, MAX_TIMER_MS));
  const events = new TabEvents(databaseName(parsed.namespace));
  const backend = new DegradableBackend(new IndexedDBBackend(connection, parsed.namespace, parsed.lookups.has("refresh")), (reason) => {
    // Other tabs can't find what lives in this page's memory, and lose nothing with it.
    events.leaveTabs();
    onDegraded(reason);
  });
  return new Engine({
    backend,
    keyring: () => backend.keyring(),
    get sealed() {
      return backend.sealed;
    },
    options: parsed,
    events,
    refuseClientSecret: !allowClientSecret,
  });
}

function warn(reason: TokenStoreError): void {
  console.warn(reason.message);
}
