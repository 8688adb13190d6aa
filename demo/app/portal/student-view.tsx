import type { StoredToken } from "edge-token-store";
import type { JSX } from "preact";
import type { CurrentUser } from "../crm.ts";
import { faultText } from "../fault.ts";
import { startLogIn } from "../log-in.ts";
import { usePortalData } from "../use-portal-data.ts";
import { useKeptFocus } from "../use-kept-focus.ts";
import { Timetable } from "./timetable.tsx";

/** What a student who is logged in sees. */
export function StudentView({ token }: { token: StoredToken }): JSX.Element {
  useKeptFocus();
  const { data, retry } = usePortalData(token);
  switch (data.state) {
    case "loading":
      return <p class="waiting">Fetching your timetable …</p>;
    case "ready":
      return (
        <>
          <div class="greeting">
            <h1>Hello, {data.user.full_name}</h1>
            <p>{data.user.Programme}</p>
          </div>
          <Timetable courses={data.courses} />
          <Profile user={data.user} />
        </>
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

function Profile({ user }: { user: CurrentUser }): JSX.Element {
  return (
    <section class="card profile" aria-labelledby="profile">
      <h2 id="profile">Profile</h2>
      <dl>
        <dt>Name</dt>
        <dd>{user.full_name}</dd>
        <dt>E-mail</dt>
        <dd>{user.email}</dd>
        <dt>Programme</dt>
        <dd>{user.Programme}</dd>
      </dl>
      <button type="button" onClick={startLogIn}>
        Log in as another student
      </button>
    </section>
  );
}
