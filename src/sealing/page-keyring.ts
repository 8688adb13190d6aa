import { Keyring } from "./keyring.ts";
import type { RecordContent } from "./keyring.ts";
import { placeBy } from "./places.ts";
import type { Digest } from "./places.ts";

/** How many identities keep their derived id. Beyond, an account is found by its index entry instead. */
const REMEMBERED_IDS = 10_000;

/**
 * A keyring for records that never leave this process. It needs no cryptography, which an insecure origin
 * does not have: nobody but this page could see a digest. Only ids go further, to listeners and logs, so
 * they are random, and the same for the same token while the page or process lives.
 */
export function pageKeyring(): Keyring {
  const ids = new Map<string, string>();
  const digest: Digest = (kind, value) => {
    const text = JSON.stringify([kind, ...value]);
    if (kind !== "derived-id") return text;
    const id = ids.get(text) ?? randomId();
    // Set anew, so that the oldest to be used is the first to go.
    ids.delete(text);
    ids.set(text, id);
    if (ids.size > REMEMBERED_IDS) ids.delete(ids.keys().next().value!);
    return id;
  };
  return new Keyring([
    {
      id: "page",
      digest,
      place: placeBy(digest),
      seal: (_header, content) => content,
      open: async ({ body }) => {
        const content = body as RecordContent;
        return { ...content, token: { ...content.token } };
      },
    },
  ]);
}

function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
