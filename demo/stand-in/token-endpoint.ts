import { LIFETIME_SECONDS } from "./access-tokens.ts";
import { WORKER_CLIENT } from "./client.ts";
import type { StandInState } from "./state.ts";

/** The token endpoint. Errors come with status 200, as Zoho sends them. */
export function answerToken(form: URLSearchParams, { state, apiDomain }: { state: StandInState; apiDomain: string }): Response {
  const field = (name: string): string => form.get(name) ?? "";
  if (field("client_id") !== WORKER_CLIENT.id) return Response.json({ error: "invalid_client" });
  if (field("client_secret") !== WORKER_CLIENT.secret) return Response.json({ error: "invalid_client_secret" });

  const access = (accessToken: string): object => ({
    access_token: accessToken,
    scope: "ZohoCRM.users.READ ZohoCRM.modules.READ",
    api_domain: apiDomain,
    token_type: "Bearer",
    expires_in: LIFETIME_SECONDS,
  });
  switch (field("grant_type")) {
    case "authorization_code": {
      const redirectUri = field("redirect_uri");
      const studentId = state.codes.take(field("code"), { clientId: WORKER_CLIENT.id, redirectUri, verifier: field("code_verifier") });
      if (studentId === undefined) return Response.json({ error: "invalid_code" });
      const refreshToken = state.refreshTokens.issue(studentId);
      return Response.json({ ...access(state.accessTokens.issue(studentId, refreshToken)), refresh_token: refreshToken });
    }
    case "refresh_token": {
      const refreshToken = field("refresh_token");
      const issued = state.refreshTokens.use(refreshToken);
      if (issued === "unknown") return Response.json({ error: "invalid_code" });
      if (issued === "too often") {
        const description = "You have made too many requests continuously. Please try again after some time.";
        return Response.json({ error: "Access Denied", error_description: description, status: "failure" }, { status: 400 });
      }
      state.refreshes++;
      return Response.json(access(state.accessTokens.issue(issued.studentId, refreshToken)));
    }
    default:
      return Response.json({ error: "unsupported_grant_type" });
  }
}
