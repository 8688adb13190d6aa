import type { StoredToken } from "edge-token-store";

/** How much of any text of the API is taken over, in characters. */
const MAX_TEXT = 200;
/** Of an e-mail address, RFC 5321 section 4.5.3.1. It names the user, so it is never cut: two users might become one. */
const MAX_EMAIL = 254;
const MAX_RECORDS = 100;

export interface Profile {
  name: string;
  email: string;
  programme: string;
}

/** The API's lists that the portal shows, and which of their fields. Nothing else of an answer leaves the Worker. */
export const LISTS = {
  courses: { path: "/crm/v8/Courses?fields=Name,Teacher,Room,Day,Time", fields: ["id", "Name", "Teacher", "Room", "Day", "Time"] },
  inbox: { path: "/crm/v8/Messages?fields=Name,From,Received,Text", fields: ["id", "Name", "From", "Received", "Text"] },
} as const;

export const CURRENT_USER = "/crm/v8/users?type=CurrentUser";

/** The API answered, but not as it should. */
export class ApiError extends Error {
  override readonly name = "ApiError";
}

/** The URL for a path of the API, at the data centre that the token belongs to. */
export function apiUrl({ apiDomain }: Pick<StoredToken, "apiDomain">, path: string): URL {
  if (apiDomain === undefined) throw new ApiError("The token has no API domain.");
  return new URL(path, apiDomain);
}

export async function readProfile(response: Response): Promise<Profile> {
  const { users } = (await readJson(response)) as { users?: unknown };
  const [user] = Array.isArray(users) ? (users as Record<string, unknown>[]) : [];
  const email = user?.["email"];
  if (typeof email !== "string" || email === "" || email.length > MAX_EMAIL) throw new ApiError("The API named no user.");
  return { name: text(user?.["full_name"]), email, programme: text(user?.["Programme"]) };
}

/** No records where the organisation has no such module, or nothing in it (204). */
export async function readList(response: Response, fields: readonly string[]): Promise<Record<string, string>[]> {
  if (response.status === 204 || response.status === 400 || response.status === 404) return [];
  const { data } = (await readJson(response)) as { data?: unknown };
  if (!Array.isArray(data)) throw new ApiError("The API sent no list.");
  return (data as Record<string, unknown>[])
    .slice(0, MAX_RECORDS)
    .map((record) => Object.fromEntries(fields.map((field) => [field, text(record?.[field])])));
}

async function readJson(response: Response): Promise<object> {
  if (!response.ok) throw new ApiError(`The API answered ${response.status}.`);
  const body: unknown = await response.json();
  if (typeof body !== "object" || body === null) throw new ApiError("The API sent no object.");
  return body;
}

function text(value: unknown): string {
  if (typeof value !== "string") return "";
  if (value.length <= MAX_TEXT) return value;
  // Never through the middle of a surrogate pair.
  return value.slice(0, MAX_TEXT).replace(/[\ud800-\udbff]$/, "");
}
