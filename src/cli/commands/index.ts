import type { Command } from "../command.ts";
import { checkCommand } from "./check.ts";
import { deleteCommand } from "./delete.ts";
import { exportCommand } from "./export.ts";
import { findCommand } from "./find.ts";
import { generateSecretCommand } from "./generate-secret.ts";
import { importCommand } from "./import.ts";
import { listCommand } from "./list.ts";
import { rotateCommand } from "./rotate.ts";
import { showCommand } from "./show.ts";
import { sweepCommand } from "./sweep.ts";

export const COMMANDS: Readonly<Record<string, Command>> = {
  list: listCommand,
  show: showCommand,
  find: findCommand,
  delete: deleteCommand,
  check: checkCommand,
  sweep: sweepCommand,
  rotate: rotateCommand,
  export: exportCommand,
  import: importCommand,
  "generate-secret": generateSecretCommand,
};
