import type { StandInState } from "./state.ts";
import type { Student } from "./students.ts";

/** The CRM API, as far as the portal asks it. */
export function answerCrm(request: Request, { accessTokens, students }: StandInState): Response | undefined {
  const { pathname, searchParams } = new URL(request.url);
  if (!pathname.startsWith("/crm/v8/")) return undefined;

  const [, accessToken = ""] = /^Zoho-oauthtoken (.+)$/.exec(request.headers.get("authorization") ?? "") ?? [];
  const student = students.get(accessTokens.holder(accessToken) ?? "");
  if (!student) return problem(401, "INVALID_TOKEN", "invalid oauth token");

  if (pathname === "/crm/v8/users" && searchParams.get("type") === "CurrentUser") return Response.json({ users: [currentUser(student)] });
  if (pathname === "/crm/v8/Courses") return list(student.courses.map(courseRecord));
  if (pathname === "/crm/v8/Messages") return list(student.messages.map(messageRecord));
  return problem(404, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one");
}

function currentUser({ id, name, email, programme }: Student): object {
  return { id, full_name: name, email, role: { name: "Student" }, Programme: programme, status: "active" };
}

function courseRecord({ name, teacher, room, day, time }: Student["courses"][number], index: number): object {
  return { id: String(index + 1), Name: name, Teacher: teacher, Room: room, Day: day, Time: time };
}

function messageRecord({ subject, from, received, text }: Student["messages"][number], index: number): object {
  return { id: String(index + 1), Name: subject, From: from, Received: received, Text: text };
}

function list(data: object[]): Response {
  return Response.json({ data, info: { more_records: false } });
}

function problem(status: number, code: string, message: string): Response {
  return Response.json({ code, details: {}, message, status: "error" }, { status });
}
