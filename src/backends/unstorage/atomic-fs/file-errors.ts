/** Whether the error is one of these codes of the operating system. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(String((error as NodeJS.ErrnoException | undefined)?.code));
}

/** To be given to `catch`: undefined where the file or a directory above it is not there. */
export function ifMissing(error: unknown): undefined {
  if (!hasCode(error, "ENOENT")) throw error;
}

/** An error as Node's own file system calls have it, path included. */
export function fileError(code: string, reason: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${reason}, '${path}'`), { code, path });
}
