import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { faultText } from "../fault.ts";
import type { Session } from "../use-session.ts";
import { describeValue, readDatabase } from "./read-database.ts";
import type { RawDatabase as Raw } from "./read-database.ts";

const DATABASE_NAME = "edge-token-store:tokens";

/** The database itself, read again whenever the session was. */
export function RawDatabase({ session }: { session: Session }): JSX.Element {
  const [raw, setRaw] = useState<Raw | string>();
  useEffect(() => {
    let outdated = false;
    const read = async (): Promise<void> => {
      const found = await readDatabase(DATABASE_NAME).catch(faultText);
      if (!outdated) setRaw(found ?? "There is no database yet.");
    };
    void read();
    return () => {
      outdated = true;
    };
  }, [session]);
  return (
    <section aria-labelledby="raw">
      <h3 id="raw">What IndexedDB really holds</h3>
      {typeof raw === "string" && <p class="empty">{raw}</p>}
      {typeof raw === "object" && <DatabaseView {...raw} />}
    </section>
  );
}

function DatabaseView({ name, version, objectStores }: Raw): JSX.Element {
  return (
    <>
      <p class="hint">
        Database <code>{name}</code>, version {version}
      </p>
      {objectStores.map((objectStore) => (
        <section key={objectStore.name} class="object-store" aria-label={`Object store ${objectStore.name}`}>
          <h4>
            <code>{objectStore.name}</code> <span class="count">{objectStore.entries.length}</span>
          </h4>
          {objectStore.entries.length === 0 && <p class="empty">empty</p>}
          {objectStore.entries.map(({ key, value }) => (
            <article key={key} aria-label={`Entry ${key}`}>
              {isRecord(value) ? <RecordView value={value} /> : <ValueView name={key} value={value} />}
            </article>
          ))}
        </section>
      ))}
    </>
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && "body" in value;
}

function RecordView({ value }: { value: Record<string, unknown> }): JSX.Element {
  const { body, index, ...plain } = value;
  return (
    <>
      <dl class="fields">
        {Object.entries(plain).map(([name, part]) => (
          <Row key={name} name={name}>
            {describeValue(part)}
          </Row>
        ))}
        {Object.entries(index ?? {}).map(([name, digest]) => (
          <Row key={name} name={`index.${name}`}>
            {describeValue(digest)}
          </Row>
        ))}
      </dl>
      <details>
        <summary>
          <code>body</code>, with the token sealed in it
        </summary>
        <pre>{describeValue(body)}</pre>
      </details>
    </>
  );
}

function ValueView({ name, value }: { name: string; value: unknown }): JSX.Element {
  return (
    <dl class="fields">
      <Row name={name}>{describeValue(value)}</Row>
    </dl>
  );
}

function Row({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
