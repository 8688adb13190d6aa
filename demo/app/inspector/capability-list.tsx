import type { Capabilities } from "edge-token-store";
import type { JSX } from "preact";

const MEANINGS: Readonly<Record<string, string>> = {
  engine: "what keeps the records",
  atomic: "a record and its index change together",
  consistency: "whether a read sees the save before it",
  durable: "a save survives a crash",
  ttl: "the engine can expire keys itself",
  sealed: "records are encrypted at rest",
  persistent: "tokens outlive the page",
};

export function CapabilityList({ capabilities }: { capabilities: Capabilities }): JSX.Element {
  return (
    <section aria-labelledby="capabilities">
      <h3 id="capabilities">What this engine promises</h3>
      <dl class="fields">
        {Object.entries(capabilities).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <b>{typeof value === "boolean" ? (value ? "yes" : "no") : value}</b>
              {MEANINGS[name] && <span class="meaning"> {MEANINGS[name]}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
