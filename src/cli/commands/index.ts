import type { Command } from "../command.ts";
import { importCommand } from "./import.ts";

export const COMMANDS: Readonly<Record<string, Command>> = {
  import: importCommand,
};
