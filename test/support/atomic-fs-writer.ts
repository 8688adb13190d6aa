// Run as a process of its own: node atomic-fs-writer.ts <base> <first number> <how many>
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { KEYS, wholeValue } from "./whole-value.ts";

const [base = "", first, count] = process.argv.slice(2);
const driver = atomicFsDriver({ base });
for (let number = Number(first); number < Number(first) + Number(count); number++) {
  const key = KEYS[number % KEYS.length]!;
  await driver.setItem!(key, wholeValue(number), {});
  // Waited for: when nobody reads for a while, what is written stays in this process, and would die with it.
  await new Promise((resolve) => process.stdout.write(`${number}\n`, resolve));
}
