import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { readLine } from "../../src/cli/read-line.ts";

const terminal = (isTTY: boolean): { input: PassThrough & { isTTY: boolean }; shown: () => string; messages: PassThrough } => {
  const messages = new PassThrough();
  return { input: Object.assign(new PassThrough(), { isTTY }), messages, shown: () => String(messages.setEncoding("utf8").read() ?? "") };
};
const running = new AbortController().signal;

it("is the first line of what is piped in, and nothing is asked", async () => {
  const { input, messages, shown } = terminal(false);
  input.end("first\r\nsecond\n");
  expect(await readLine(input, messages, running)).toBe("first");
  expect(shown()).toBe("");
});

it("is empty where nothing is piped in", async () => {
  const { input, messages } = terminal(false);
  input.end();
  expect(await readLine(input, messages, running)).toBe("");
});

it("is asked for on a terminal, and not shown there", async () => {
  const { input, messages, shown } = terminal(true);
  const line = readLine(input, messages, running);
  input.write("secret-value\n");
  expect(await line).toBe("secret-value");
  expect(shown()).toMatch(/^Paste the value, which is not shown, and press Enter: \n$/);
});

it("is waited for no longer than until the user interrupts", async () => {
  const { input, messages } = terminal(false);
  const controller = new AbortController();
  const line = readLine(input, messages, controller.signal);
  controller.abort(new Error("interrupted"));
  await expect(line).rejects.toThrow("interrupted");
  await expect(readLine(input, messages, controller.signal)).rejects.toThrow("interrupted");
});
