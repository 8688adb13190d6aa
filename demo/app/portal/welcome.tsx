import type { JSX } from "preact";
import { WeekDrawing } from "./week-drawing.tsx";

export function Welcome({ onLogIn }: { onLogIn: () => void }): JSX.Element {
  return (
    <section class="card welcome">
      <div>
        <h1>Student portal</h1>
        <p>Your timetable, your inbox and your profile, all in one place.</p>
        <button class="primary" type="button" onClick={onLogIn}>
          Log in
        </button>
      </div>
      <WeekDrawing />
    </section>
  );
}
