// Run as a process of its own: node lock-holder-process.ts <base> <trace file> <how many>
// Takes the lock of one key again and again, and writes down who is in: never two, and now and then it dies inside.
import { appendFileSync } from "node:fs";
import { instanceOf } from "./atomic-fs-instance.ts";

const [base = "", trace = "", count] = process.argv.slice(2);
const { runExclusive } = instanceOf(base);
for (let number = 0; number < Number(count); number++) {
  await runExclusive(["a", "b:c"], async () => {
    appendFileSync(trace, `in ${process.pid}\n`);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 2));
    if (Math.random() < 0.1) process.kill(process.pid, "SIGKILL");
    appendFileSync(trace, `out ${process.pid}\n`);
  });
}
