/** Known holes in what an installation brings along: `npm audit` without the development dependencies. */
import { spawnSync } from "node:child_process";

/** Not Found, Method Not Allowed, Not Implemented: a registry need not offer audits (npm's own does); then nothing is known. */
const NO_AUDIT = [404, 405, 501];

interface Audit {
  readonly statusCode?: number;
  readonly message?: string;
  readonly metadata?: { readonly vulnerabilities: { readonly total: number } };
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string }>>;
}

const { stdout, stderr } = spawnSync("npm", ["audit", "--omit=dev", "--audit-level=low", "--json"], { encoding: "utf8" });
let audit: Audit = {};
try {
  audit = JSON.parse(stdout) as Audit;
} catch {
  // Told below.
}
const found = Object.entries(audit.vulnerabilities ?? {});
if (audit.metadata) {
  for (const [name, { severity, range }] of found) console.error(`${name} ${range}: ${severity}`);
  console.log(`npm audit: ${audit.metadata.vulnerabilities.total} known vulnerabilities in what an installation brings along.`);
  process.exitCode = audit.metadata.vulnerabilities.total > 0 ? 1 : 0;
} else if (NO_AUDIT.includes(audit.statusCode ?? 0)) {
  console.warn(`npm audit: NOT CHECKED, for the configured registry offers none (status ${audit.statusCode}).`);
} else {
  console.error(`npm audit failed: ${audit.message ?? stderr}`);
  process.exitCode = 1;
}
