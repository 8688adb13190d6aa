import type { StoredToken } from "edge-token-store";
import type { JSX } from "preact";
import { faultText } from "../fault.ts";
import { startLogIn } from "../log-in.ts";
import { usePortalData } from "../use-portal-data.ts";
import { useKeptFocus } from "../use-kept-focus.ts";
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
      return <LogInAgain heading="Your log-in has expired" text="A log-in lasts one hour. Log in again to see your timetable." />;
    case "refused":
      return (
        <LogInAgain
          heading="Your log-in is no longer valid"
          text="The academy's server refused it. It may have been revoked somewhere else. Log in again to go on."
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

function LogInAgain({ heading, text }: { heading: string; text: string }): JSX.Element {
  return (
    <section class="card" role="alert">
      <h1>{heading}</h1>
      <p>{text}</p>
      <button class="primary" type="button" onClick={startLogIn}>
        Log in again
      </button>
    </section>
  );
}
