/** Lets the portal's page read the answer, and no other page: https://fetch.spec.whatwg.org/#http-cors-protocol */
export function allowPage(request: Request, response: Response, pageOrigins: readonly string[]): Response {
  const origin = request.headers.get("origin");
  response.headers.append("Vary", "Origin");
  if (origin && pageOrigins.includes(origin)) {
    response.headers.set("Access-Control-Allow-Origin", origin);
    response.headers.set("Access-Control-Allow-Headers", "Authorization");
  }
  return response;
}
