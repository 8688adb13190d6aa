/** One suite in a process of its own; a line of JSON for each measurement. */
import { measure } from "./lib/comparison.ts";
import type { Suite } from "./lib/comparison.ts";

const [, , suiteName = "", ...words] = process.argv;
const print = (value: object): void => console.log(JSON.stringify(value));

if (suiteName === "indexeddb") {
  const { runInPage } = await import("./suites/indexeddb.ts");
  await runInPage(words, print);
} else {
  const { openSuite } = (await import(`./suites/${suiteName}.ts`)) as { openSuite: () => Promise<Suite> };
  const suite = await openSuite();
  try {
    for (const comparison of suite.comparisons) {
      const text = `${suiteName} ${comparison.name} ${comparison.against}`.toLowerCase();
      if (words.every((word) => text.includes(word))) print(await measure(comparison));
    }
    if (suite.counts && words.length === 0) print({ counts: suite.counts });
  } finally {
    await suite.dispose();
  }
}
