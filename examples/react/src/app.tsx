import { isExpired } from "edge-token-store";
import type { EdgeTokenStore } from "edge-token-store";
import { useState } from "react";
import type { ReactElement } from "react";
import { useToken } from "./use-token.ts";

const USERS = ["ann", "bob"];

export function App({ store }: { store: EdgeTokenStore }): ReactElement {
  const [userName, setUserName] = useState("ann");
  return (
    <main>
      <h1>A token in React</h1>
      <label>
        User{" "}
        <select value={userName} onChange={(event) => setUserName(event.target.value)}>
          {USERS.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <Session key={userName} store={store} userName={userName} />
    </main>
  );
}

function Session({ store, userName }: { store: EdgeTokenStore; userName: string }): ReactElement {
  const session = useToken(store, userName);
  const [problem, setProblem] = useState<string>();

  // What a save changes comes back through the hook, here and in all other tabs.
  const attempt = (work: Promise<unknown>): void =>
    void work.then(
      () => setProblem(undefined),
      (error: unknown) => setProblem(String(error)),
    );
  const logIn = (): void => {
    // In place of what a provider answers.
    const accessToken = crypto.randomUUID();
    attempt(store.saveToken({ userName, accessToken, expiresAt: Date.now() + 3600 * 1000 }));
  };

  if (session.status === "loading") return <p>Loading …</p>;
  if (session.status === "error") {
    return (
      <p role="alert">
        {String(session.error)} <button onClick={session.reload}>Try again</button>
      </p>
    );
  }
  const { token } = session;
  const loggedIn = token !== null && !isExpired(token);
  return (
    <section>
      <p role="status">{loggedIn ? `${userName} is logged in, version ${token.version}` : `${userName} is not logged in`}</p>
      <button onClick={logIn}>{loggedIn ? "Renew" : "Log in"}</button>
      {token && <button onClick={() => attempt(store.deleteToken(token.id))}>Log out</button>}
      {problem && <p role="alert">{problem}</p>}
    </section>
  );
}
