import process from "node:process";
import { createInterface } from "node:readline";

/** As stdin is: `isTTY` is there on a terminal alone. */
type Input = { readonly isTTY?: boolean } & NodeJS.ReadableStream;

/** The first line of the input, which a terminal is asked for. What is typed there is not shown. */
export async function readLine(input: Input, messages: NodeJS.WritableStream, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const { isTTY = false } = input;
  const lines = createInterface({ input, terminal: isTTY });
  // readline's own interruption would only close the input.
  lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  if (isTTY) messages.write("Paste the value, which is not shown, and press Enter: ");
  try {
    return await new Promise((resolve, reject) => {
      lines.once("line", resolve).once("close", () => resolve(""));
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
  } finally {
    lines.close();
    if (isTTY) messages.write("\n");
  }
}
