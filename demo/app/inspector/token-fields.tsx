import type { redactToken, StoredToken } from "edge-token-store";
import type { JSX } from "preact";

const INSTANTS: readonly string[] = ["expiresAt", "createdAt", "updatedAt"] satisfies (keyof StoredToken)[];

/** The fields of a token that went through `redactToken`. */
export function TokenFields({ redacted }: { redacted: ReturnType<typeof redactToken> }): JSX.Element {
  return (
    <dl class="fields">
      {Object.entries(redacted).map(([field, value]) => (
        <div key={field}>
          <dt>{field}</dt>
          <dd>{INSTANTS.includes(field) ? new Date(Number(value)).toLocaleString() : String(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
