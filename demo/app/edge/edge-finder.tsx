import type { redactToken } from "edge-token-store";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { faultText } from "../fault.ts";
import { codeText } from "../inspector/code-text.ts";
import { askWorker } from "./worker.ts";

const LOOK_UPS = [
  { by: "id", label: "Id" },
  { by: "account", label: "User + client" },
  { by: "user", label: "User" },
  { by: "access", label: "Access token" },
  { by: "refresh", label: "Refresh token" },
] as const;

interface Found {
  query: ReturnType<typeof redactToken>;
  reads: string[];
  milliseconds: number;
  found: object | null;
}

/** A look-up in the Worker, with the keys that it read; in a Durable Object nobody sees that from outside. */
export function EdgeFinder({ inObjects }: { inObjects: boolean }): JSX.Element {
  const [result, setResult] = useState<Found | string>();
  const find = (by: string): void => {
    askWorker<Found>(`/inspector/find?by=${by}`).then(setResult, (error: unknown) => setResult(faultText(error)));
  };
  return (
    <section aria-labelledby="finder">
      <h3 id="finder">Find the token</h3>
      <p class="hint">By any field, with few reads{!inObjects && "; each look-up lists the keys that it read"}.</p>
      <div class="chips" role="group" aria-label="By what is stored">
        {LOOK_UPS.map(({ by, label }) => (
          <button key={by} type="button" onClick={() => find(by)}>
            {label}
          </button>
        ))}
      </div>
      <div class="result" role="status" aria-label="Result">
        {typeof result === "string" && <p>{result}</p>}
        {typeof result === "object" && (
          <>
            <p>
              <code>findToken({codeText(result.query)})</code>
            </p>
            <p>
              <b data-found={result.found !== null}>{result.found ? "Found" : "Nothing found"}</b> in {result.milliseconds.toFixed(0)} ms
              {!inObjects && `, with ${result.reads.length} ${result.reads.length === 1 ? "read" : "reads"}:`}
            </p>
            {!inObjects && (
              <ol class="reads">
                {result.reads.map((key, at) => (
                  <li key={at}>
                    <code>{key}</code>
                  </li>
                ))}
              </ol>
            )}
          </>
        )}
      </div>
    </section>
  );
}
