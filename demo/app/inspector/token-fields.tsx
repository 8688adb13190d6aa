import { redactToken } from "edge-token-store";
import type { StoredToken } from "edge-token-store";
import type { JSX } from "preact";

const INSTANTS: readonly string[] = ["expiresAt", "createdAt", "updatedAt"] satisfies (keyof StoredToken)[];

/** A token's fields, its secrets replaced by their lengths. */
export function TokenFields({ token }: { token: StoredToken }): JSX.Element {
  return (
    <dl class="fields">
      {Object.entries(redactToken(token)).map(([field, value]) => (
        <div key={field}>
          <dt>{field}</dt>
          <dd>{INSTANTS.includes(field) ? new Date(Number(value)).toLocaleString() : String(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
