import type { IncomingMessage, ServerResponse } from "node:http";

/** The Worker refuses far less; this only keeps the memory of this process. */
const MAX_BODY_BYTES = 64 * 1024;
const OF_THE_CONNECTION = ["host", "connection", "content-length", "transfer-encoding"];

/** A request to Node, as one of the Fetch standard. */
export async function readRequest(incoming: IncomingMessage): Promise<Request> {
  const { method = "GET", url = "/", headers } = incoming;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += (chunk as Buffer).length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk as Buffer);
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
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}
