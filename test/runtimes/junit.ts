import { XMLParser } from "fast-xml-parser";
import type { Counts } from "./matrix.ts";

interface Outcome {
  readonly failure?: unknown;
  readonly error?: unknown;
  readonly skipped?: unknown;
}
interface Suite {
  readonly name?: string;
  readonly testsuite?: readonly Suite[];
  readonly testcase?: readonly (Outcome & { readonly name: string })[];
}

export interface Report {
  readonly counts: Counts;
  /** The tests that failed, each with what it said. */
  readonly failures: readonly string[];
}

const LONGEST_MESSAGE = 400;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  isArray: (name) => name === "testsuite" || name === "testcase",
});

/** Reads a report that a runner left: of each outer suite by its name, which in Vitest's is the file. */
export function readReport(xml: string): Map<string, Report> {
  const { testsuites } = parser.parse(xml) as { testsuites?: Suite };
  const suites = [...(testsuites?.testsuite ?? []), ...(testsuites?.testcase ? [{ testcase: testsuites.testcase }] : [])];
  return new Map(suites.map((suite): [string, Report] => [suite.name ?? "", reportOf(casesIn(suite))]));
}

function casesIn({ testsuite = [], testcase = [] }: Suite): NonNullable<Suite["testcase"]> {
  return [...testcase, ...testsuite.flatMap(casesIn)];
}

function reportOf(cases: NonNullable<Suite["testcase"]>): Report {
  const failed = cases.filter((one) => one.failure !== undefined || one.error !== undefined);
  const skipped = cases.filter((one) => one.skipped !== undefined).length;
  return {
    counts: { passed: cases.length - failed.length - skipped, failed: failed.length, skipped },
    failures: failed.map(({ name, failure, error }) => `${name}: ${messageOf(failure ?? error)}`),
  };
}

/** Of an element that has it as an attribute, as text, or not at all; the first lines tell enough. */
function messageOf(element: unknown): string {
  const [first] = Array.isArray(element) ? element : [element];
  const { message, "#text": text } = (typeof first === "object" ? first : { "#text": first }) as Record<string, string | undefined>;
  return (message || text || "no message").slice(0, LONGEST_MESSAGE);
}
