/**
 * What may be passed on of an engine's own error. Drivers quote what they were working on: a Redis
 * reply error carries the whole command, V8's JSON errors a piece of the text. So the message and all
 * other properties stay behind; the name, the code and the place remain.
 */
export function safeCause(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(`a thrown ${typeof error}`);
  const code = codeOf(error);
  const cause = new Error(code ? `${error.name} ${code}` : error.name);
  cause.name = error.name;
  cause.stack = [`${cause.name}: ${cause.message}`, ...stackFrames(error)].join("\n");
  if (code) Object.assign(cause, { code });
  return cause;
}

function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown };
  if (typeof code === "string" && /^[A-Z0-9_]{2,40}$/.test(code)) return code;
  // Redis begins an error reply with an upper-case word that serves as its code: READONLY, OOM, NOAUTH.
  return /^([A-Z]{2,20}) /.exec(error.message)?.[1];
}

/** Without the message, of which a line may look like a frame. */
function stackFrames({ stack = "", message }: Error): string[] {
  const frames = stack.slice(stack.indexOf(message) + message.length);
  return frames.split("\n").filter((line) => /^ {4}at /.test(line));
}
