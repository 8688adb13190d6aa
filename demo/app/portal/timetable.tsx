import type { JSX } from "preact";
import type { Course } from "../crm.ts";

export function Timetable({ courses }: { courses: readonly Course[] }): JSX.Element {
  return (
    <section class="card" aria-labelledby="courses">
      <h2 id="courses">This week's courses</h2>
      <ul class="timetable">
        {courses.map(({ id, Name, Teacher, Room, Day, Time }) => (
          <li key={id}>
            <p>{Day}</p>
            <p class="time">{Time}</p>
            <div>
              <h3>{Name}</h3>
              <p>
                <bdi>{Teacher}</bdi> · <bdi>{Room}</bdi>
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
