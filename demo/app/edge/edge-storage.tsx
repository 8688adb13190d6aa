import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { faultText } from "../fault.ts";
import { askWorker } from "./worker.ts";

interface Stored {
  entries: { key: string; value: string }[];
  complete: boolean;
}

/** The KV as it lies on the disk, read again with each look at the session. */
export function EdgeStorage({ looks }: { looks: number }): JSX.Element {
  const [stored, setStored] = useState<Stored | string>();
  useEffect(() => {
    let outdated = false;
    askWorker<Stored>("/inspector/storage").then(
      (answer) => outdated || setStored(answer),
      (error: unknown) => outdated || setStored(faultText(error)),
    );
    return () => {
      outdated = true;
    };
  }, [looks]);
  return (
    <section aria-labelledby="raw">
      <h3 id="raw">What KV really holds</h3>
      <p class="hint">
        <code>r</code> keys hold sealed records, <code>x</code> keys lead to them. They end in keyed digests, which reveal no user and no
        token.
      </p>
      {typeof stored === "string" && <p class="empty">{stored}</p>}
      {typeof stored === "object" && stored.entries.length === 0 && <p class="empty">empty</p>}
      {typeof stored === "object" && stored.entries.length > 0 && (
        <div class="object-store">
          {stored.entries.map(({ key, value }) => (
            <article key={key} aria-label={`Entry ${key}`}>
              <details>
                <summary>
                  <code>{key}</code>
                </summary>
                <pre>{pretty(value)}</pre>
              </details>
            </article>
          ))}
          {!stored.complete && <p class="empty">… and more</p>}
        </div>
      )}
    </section>
  );
}

function pretty(value: string): string {
  try {
    return JSON.stringify(JSON.parse(value), undefined, 2);
  } catch {
    return value;
  }
}
