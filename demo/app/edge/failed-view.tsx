import type { JSX } from "preact";
import { faultText } from "../fault.ts";
import { logOut } from "./log-out.ts";
import type { EdgeControl } from "./use-edge.ts";
import { WorkerError } from "./worker.ts";

interface Failure {
  heading: string;
  /** How to log out, where that is of use. */
  logOut: "here" | "everywhere";
  /** Whether trying again would meet the same. */
  lasts?: true;
}

const OTHER: Failure = { heading: "That did not work", logOut: "everywhere" };
const UNREACHABLE: Failure = { heading: "The academy can't be reached", logOut: "everywhere" };
const FAILURES: Readonly<Record<string, Failure>> = {
  UNREACHABLE,
  RATE_LIMITED: { heading: "The accounts server wants a pause", logOut: "here", lasts: true },
  // What is damaged stays so, however often it is read.
  STORE_FAILED: { heading: "Your log-in could not be read", logOut: "everywhere", lasts: true },
  SECRET_WRONG: { heading: "Your log-in could not be read", logOut: "here" },
};

/** In the place of what the Worker did not give, with what the student can do. */
export function FailedView({ error, control }: { error: unknown; control: EdgeControl }): JSX.Element {
  const failure = error instanceof WorkerError ? (FAILURES[error.code] ?? OTHER) : UNREACHABLE;
  return (
    <section class="card" role="alert">
      <h1>{failure.heading}</h1>
      <p>{faultText(error)}</p>
      <div class="actions">
        <button class={failure.lasts ? "" : "primary"} type="button" onClick={() => void control.look()}>
          Try again
        </button>
        <button class={failure.lasts ? "primary" : ""} type="button" onClick={() => void logOut(control, failure.logOut)}>
          {failure.logOut === "here" ? "Log out" : "Log out everywhere"}
        </button>
      </div>
    </section>
  );
}
