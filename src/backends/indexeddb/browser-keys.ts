import { safeCause } from "../../cause.ts";
import { asBytes } from "../../sealing/encoding.ts";
import { createKey, Keyring } from "../../sealing/keyring.ts";
import { webCipher, webHmac } from "../../sealing/web-cipher.ts";
import { KeysRefusedError } from "./keys-refused-error.ts";
import { read, write } from "./requests.ts";
import type { KeyName } from "./schema.ts";

type Keys = Readonly<Record<KeyName, CryptoKey>>;

/** The keyrings of the databases that are open: a database that was deleted takes its keys with it. */
const keyrings = new WeakMap<IDBDatabase, Promise<Keyring>>();

/**
 * The keyring over the database's own two keys, which are made on first use.
 *
 * @throws {KeysRefusedError} where the browser has no WebCrypto or does not keep its keys
 */
export function browserKeyring(database: IDBDatabase, namespace: string): Promise<Keyring> {
  const known = keyrings.get(database);
  if (known) return known;
  const loading = loadKeyring(database, namespace);
  keyrings.set(database, loading);
  loading.catch(() => keyrings.delete(database));
  return loading;
}

async function loadKeyring(database: IDBDatabase, namespace: string): Promise<Keyring> {
  // On an insecure origin there is IndexedDB but no crypto.subtle.
  if (!globalThis.crypto?.subtle) {
    throw new KeysRefusedError("This page has no WebCrypto, which takes a secure origin: https, or localhost.");
  }
  const { digest, seal } = (await readKeys(database)) ?? (await makeKeys(database));
  return new Keyring([await createKey({ hmac: webHmac(digest), cipher: webCipher(seal), namespace, encoding: asBytes })]);
}

/** Undefined where none were made yet. */
async function readKeys(database: IDBDatabase): Promise<Keys | undefined> {
  const [count, digest, seal] = await read(database, "keys", (store) => {
    const get = (name: KeyName): IDBRequest<CryptoKey | undefined> => store.get(name);
    return [store.count(), get("digest"), get("seal")];
  });
  if (count === 0) return undefined;
  // Safari 27 can accept a key and read back null.
  if (!digest || !seal) throw new KeysRefusedError("The browser does not give back the keys that it keeps.");
  return { digest, seal };
}

async function makeKeys(database: IDBDatabase): Promise<Keys> {
  const [digest, seal] = await Promise.all([
    crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign"]),
    crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]),
  ]);
  let made = false;
  try {
    await write(database, "keys", "strict", (store) => {
      store.add(digest, "digest" satisfies KeyName);
      store.add(seal, "seal" satisfies KeyName);
    });
    made = true;
  } catch (error) {
    const name = (error as Error | undefined)?.name;
    // iOS Safari can refuse to store a key at all.
    if (name === "DataCloneError") {
      throw new KeysRefusedError("The browser does not store keys in IndexedDB.", { cause: safeCause(error) });
    }
    // Several tabs may get here at once; the first to write decides for all.
    if (name !== "ConstraintError") throw error;
  }
  try {
    const kept = await readKeys(database);
    if (kept) return kept;
  } catch (error) {
    // Nothing was sealed with them yet. A later version of the browser shall not find them and give up. Another tab's are in use.
    if (made && error instanceof KeysRefusedError) await write(database, "keys", "strict", (store) => store.clear());
    throw error;
  }
  throw new KeysRefusedError("The browser does not keep keys.");
}
