import { randomBytes } from "node:crypto";
import { UsageError } from "../command.ts";
import type { Command } from "../command.ts";
import { writeNewFile } from "../new-file.ts";
import { parse } from "../parse.ts";

/** As long as the keys that are made from it. */
const SECRET_BYTES = 32;

const USAGE = `Usage: edge-token-store generate-secret [--out <file>]

Makes a secret of 256 random bits, in base64, and prints it. Keep it where your application's other secrets are, and not beside the
storage that it seals: without it nobody can read the tokens, you neither.

  --out <file>          write it to a new file, which only you can read, and print nothing`;

export const generateSecretCommand: Command = {
  summary: "make a secret",
  usage: USAGE,
  async run(args, terminal) {
    const parsed = parse(args, { out: { type: "string" } });
    if (parsed.positionals.length > 0) throw new UsageError("It takes no argument.");
    const secret = randomBytes(SECRET_BYTES).toString("base64");
    const file = parsed.text("out");
    if (file === undefined) terminal.out(secret);
    else await writeNewFile(file, (write) => write(`${secret}\n`));
    return 0;
  },
};
