import type { JSX } from "preact";
import type { Message } from "../crm.ts";

export function Inbox({ messages }: { messages: readonly Message[] }): JSX.Element {
  return (
    <section class="card" aria-labelledby="inbox">
      <h2 id="inbox">Inbox</h2>
      {messages.length === 0 && <p>No messages.</p>}
      <ul class="inbox">
        {messages.map(({ id, Name, From, Received, Text }) => (
          <li key={id}>
            <h3>{Name}</h3>
            <p class="sender">
              <bdi>{From}</bdi> · <bdi>{Received}</bdi>
            </p>
            <p>{Text}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
