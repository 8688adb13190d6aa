import { spawnSync } from "node:child_process";
import { findChromium } from "./chromium.ts";
import { hasMariadb } from "./mariadb.ts";
import { hasPostgresql } from "./postgresql.ts";
import { hasRedis } from "./redis.ts";

/** A real engine that the tests run on and that npm can't bring. */
export interface SystemEngine {
  readonly name: string;
  readonly debianPackages: readonly string[];
  readonly suites: string;
  readonly hint: string;
  present(): boolean;
}

const SYSTEM_ENGINES: readonly SystemEngine[] = [
  {
    name: "Chromium",
    debianPackages: ["chromium", "chromium-headless-shell"],
    suites: "IndexedDB in Chromium, demo page, examples, the package in a stranger's project, unstorage in a page (drivers)",
    hint: "install Chromium or Chrome, or name it in CHROMIUM_PATH",
    present: () => findChromium() !== undefined,
  },
  {
    name: "Redis",
    debianPackages: ["redis-server"],
    suites: "unstorage Redis",
    hint: "install redis-server and have it on the PATH",
    present: hasRedis,
  },
  {
    name: "MariaDB",
    debianPackages: ["mariadb-server"],
    suites: "import from MySQL, command line on MySQL, unstorage MariaDB (drivers, endurance)",
    hint: "install mariadb-server and have mariadbd on the PATH",
    present: hasMariadb,
  },
  {
    name: "PostgreSQL",
    debianPackages: ["postgresql"],
    suites: "unstorage PostgreSQL (drivers, endurance)",
    hint: "install postgresql from Debian's packages",
    present: hasPostgresql,
  },
];

export function missingEngines(engines: readonly SystemEngine[] = SYSTEM_ENGINES): SystemEngine[] {
  return engines.filter((engine) => !engine.present());
}

/** Installs what is missing where that takes no more than apt-get: on Debian and its kin, as root. */
export function installMissingEngines(engines: readonly SystemEngine[] = SYSTEM_ENGINES): void {
  const packages = missingEngines(engines).flatMap(({ debianPackages }) => debianPackages);
  if (packages.length === 0 || process.getuid?.() !== 0 || spawnSync("apt-get", ["--version"]).status !== 0) return;
  console.log(`Installing ${packages.join(" and ")} for the tests …`);
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const aptGet = (...args: string[]): void =>
    void spawnSync("apt-get", [...args, "-qq"], { stdio: ["ignore", "ignore", "inherit"], env: environment });
  aptGet("update");
  // Each by itself: a name that this distribution does not know would keep the others out.
  for (const name of packages) aptGet("install", "-y", "--no-install-recommends", name);
}
