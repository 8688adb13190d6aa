import { request } from "./server-request.ts";

/** The API refused the token: revoked elsewhere, or expired by the server's clock. */
export class TokenRefusedError extends Error {
  override readonly name = "TokenRefusedError";
}

export interface CurrentUser {
  full_name: string;
  email: string;
  Programme: string;
}

export interface Course {
  id: string;
  Name: string;
  Teacher: string;
  Room: string;
  Day: string;
  Time: string;
}

export interface Message {
  id: string;
  Name: string;
  From: string;
  Received: string;
  Text: string;
}

/** What a call to the API needs of a token. */
export interface ApiAccess {
  accessToken?: string;
  apiDomain?: string;
}

export async function fetchCurrentUser(access: ApiAccess, signal?: AbortSignal): Promise<CurrentUser> {
  const { users } = await get<{ users: CurrentUser[] }>("/crm/v8/users?type=CurrentUser", access, signal);
  return users[0]!;
}

export async function fetchCourses(access: ApiAccess, signal?: AbortSignal): Promise<Course[]> {
  const { data } = await get<{ data: Course[] }>("/crm/v8/Courses", access, signal);
  return data;
}

export async function fetchMessages(access: ApiAccess, signal?: AbortSignal): Promise<Message[]> {
  const { data } = await get<{ data: Message[] }>("/crm/v8/Messages", access, signal);
  return data;
}

async function get<Answer>(path: string, { accessToken, apiDomain }: ApiAccess, signal?: AbortSignal): Promise<Answer> {
  const response = await request(new URL(path, apiDomain), {
    headers: { Authorization: `Zoho-oauthtoken ${accessToken}` },
    ...(signal ? { signal } : {}),
  });
  if (response.status === 401) throw new TokenRefusedError("The API did not accept the access token.");
  if (!response.ok) throw new Error(`The API answered ${response.status}.`);
  return (await response.json()) as Answer;
}
