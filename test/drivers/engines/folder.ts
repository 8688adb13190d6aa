import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Driver } from "unstorage";
import { readFiles } from "../../support/read-files.ts";
import type { Place, StartedEngine } from "../place.ts";

/** A folder for what is made of its path, and the folder's removal. */
export async function folderPlace(placeIn: (folder: string) => Place): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "ets-driver-"));
  const place = placeIn(folder);
  return {
    ...place,
    async dispose() {
      await place.dispose?.();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A driver that keeps each value in a file. */
export function folderEngine(driverOf: (base: string) => Driver): StartedEngine {
  let broken: string | undefined;
  return {
    create: () => folderPlace((base) => ({ driver: () => driverOf(base), dump: () => readFiles(base) })),
    async unreachable() {
      broken = await mkdtemp(join(tmpdir(), "ets-driver-"));
      await writeFile(join(broken, "tokens"), "a file, where the driver wants a folder");
      return driverOf(broken);
    },
    async stop() {
      if (broken !== undefined) await rm(broken, { recursive: true, force: true });
    },
  };
}
