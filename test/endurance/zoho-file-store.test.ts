import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, it } from "vitest";
import { comparePrograms } from "../zoho/file-store-programs.ts";

const PROGRAMS = 3000;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ets-oracle-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it(`answers ${PROGRAMS} random programs as Zoho's FileStore does, but for its defects`, () => comparePrograms(PROGRAMS, directory));
