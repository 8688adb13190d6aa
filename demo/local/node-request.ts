import type { IncomingMessage, ServerResponse } from "node:http";

/** More than the Worker takes. Beyond it nothing is read, so that a body without an end is refused too. */
const MAX_BODY_BYTES = 64 * 1024;
const OF_THE_CONNECTION = ["host", "connection", "content-length", "transfer-encoding"];

/** A request to Node, as one of the Fetch standard. */
export async function readRequest(incoming: IncomingMessage): Promise<Request> {
  const { method = "GET", url = "/", headers } = incoming;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) break;
  }
  const given = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || OF_THE_CONNECTION.includes(name) ? [] : [[name, [value].flat().join(", ")]],
  );
  return new Request(new URL(url, `http://${headers.host}`), {
    method,
    headers: given,
    body: method === "GET" || method === "HEAD" || chunks.length === 0 ? null : Buffer.concat(chunks),
  });
}

export async function sendResponse(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) if (name !== "set-cookie") outgoing.setHeader(name, value);
  outgoing.setHeader("set-cookie", response.headers.getSetCookie());
  // What is left of the request can't be told from the next one without reading it.
  if (!outgoing.req.complete) outgoing.setHeader("connection", "close");
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}
