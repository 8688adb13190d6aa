import type { Capabilities } from "edge-token-store";
import type { JSX } from "preact";

/** In the order in which they are shown, in words that fit every value. */
const MEANINGS: Readonly<Record<keyof Capabilities, string>> = {
  engine: "what keeps the records",
  atomic: "whether a record and its index change together",
  consistency: "how soon a read sees the save before it",
  durable: "whether a save survives a crash",
  ttl: "whether the engine expires keys by itself",
  sealed: "whether records are encrypted at rest",
  persistent: "whether tokens outlive a restart",
};

export function CapabilityList({ capabilities }: { capabilities: Capabilities }): JSX.Element {
  return (
    <section aria-labelledby="capabilities">
      <h3 id="capabilities">What this engine promises</h3>
      <dl class="fields">
        {(Object.keys(MEANINGS) as (keyof Capabilities)[]).map((name) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <b>{valueText(capabilities[name])}</b>
              <span class="meaning"> · {MEANINGS[name]}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function valueText(value: string | boolean): string {
  if (typeof value === "string") return value;
  return value ? "yes" : "no";
}
