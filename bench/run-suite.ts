/** One suite in a process of its own; a line of JSON for each measurement. */
import { measure, wantedOf } from "./lib/comparison.ts";
import type { Suite } from "./lib/comparison.ts";

/** In the directory lies what one run has filled and the next can use. */
const [, , suiteName = "", data = "", ...words] = process.argv;
const print = (value: object): void => console.log(JSON.stringify(value));

if (suiteName === "indexeddb") {
  const { runInPage } = await import("./suites/indexeddb.ts");
  await runInPage(words, print);
} else {
  const { openSuite } = (await import(`./suites/${suiteName}.ts`)) as {
    openSuite: (data: string, words: readonly string[]) => Promise<Suite>;
  };
  const suite = await openSuite(data, words);
  process.once("SIGTERM", () => void suite.dispose().finally(() => process.exit(143)));
  try {
    for (const comparison of wantedOf(suite, suiteName, words)) print(await measure(comparison, suite));
    if (suite.counts && words.length === 0) print({ counts: await suite.counts() });
  } finally {
    await suite.dispose();
  }
}
// A connection that a peer has left open must not keep the next suite waiting.
process.exit();
