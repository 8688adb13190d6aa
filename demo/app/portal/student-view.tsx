import type { StoredToken } from "edge-token-store";
import type { JSX } from "preact";
import { faultText } from "../fault.ts";
import { startLogIn } from "../log-in.ts";
import { usePortalData } from "../use-portal-data.ts";
import { useKeptFocus } from "../use-kept-focus.ts";
import { LogInAgain } from "./log-in-again.tsx";
import { Student } from "./student.tsx";

/** What a student who is logged in sees. */
export function StudentView({ token }: { token: StoredToken }): JSX.Element {
  useKeptFocus();
  const { data, retry } = usePortalData(token);
  switch (data.state) {
    case "loading":
      return <p class="waiting">Fetching your timetable …</p>;
    case "ready":
      return (
        <Student {...data}>
          <button type="button" onClick={startLogIn}>
            Log in as another student
          </button>
        </Student>
      );
    case "expired":
      return <LogInAgain heading="Your log-in has expired" text="A log-in lasts one hour." onLogIn={startLogIn} />;
    case "refused":
      return (
        <LogInAgain
          heading="Your log-in is no longer valid"
          text="The academy's server refused it: it may have been revoked somewhere else."
          onLogIn={startLogIn}
        />
      );
    case "failed":
      return (
        <section class="card" role="alert">
          <h1>The academy can't be reached</h1>
          <p>{faultText(data.error)} You are still logged in.</p>
          <button class="primary" type="button" onClick={retry}>
            Try again
          </button>
        </section>
      );
  }
}
