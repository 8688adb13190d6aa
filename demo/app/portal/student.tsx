import type { ComponentChildren, JSX } from "preact";
import type { Course, CurrentUser, Message } from "../crm.ts";
import { Inbox } from "./inbox.tsx";
import { Timetable } from "./timetable.tsx";

interface StudentProps {
  user: CurrentUser;
  courses: readonly Course[];
  messages: readonly Message[];
  /** What the student can do about the profile. */
  children?: ComponentChildren;
}

/** All that the academy's server tells about a student. */
export function Student({ user, courses, messages, children }: StudentProps): JSX.Element {
  return (
    <>
      <div class="greeting">
        <h1>
          Hello, <bdi>{user.full_name}</bdi>
        </h1>
        <p>{user.Programme}</p>
      </div>
      <Timetable courses={courses} />
      <Inbox messages={messages} />
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
        {children}
      </section>
    </>
  );
}
