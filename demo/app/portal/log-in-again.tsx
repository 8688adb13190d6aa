import type { JSX } from "preact";

interface LogInAgainProps {
  heading: string;
  /** Why, in plain words. */
  text: string;
  onLogIn: () => void;
}

/** In the place of a log-in that has ended without the student's doing. */
export function LogInAgain({ heading, text, onLogIn }: LogInAgainProps): JSX.Element {
  return (
    <section class="card" role="alert">
      <h1>{heading}</h1>
      <p>{text} Log in again to go on.</p>
      <button class="primary" type="button" onClick={onLogIn}>
        Log in again
      </button>
    </section>
  );
}
