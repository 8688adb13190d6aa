/** One promise of the suite, for any test runner. */
export interface SuiteCase {
  /** What the case belongs to, to be used as the name of a block of tests. */
  readonly group: string;
  /** A sentence; unique within its group. */
  readonly name: string;
  /** Why the case does not apply, where it does not: hand it to the runner, so that it is seen. */
  readonly skipped?: string;
  /**
   * Creates a fixture, runs the case on it and disposes of it. Rejects where the promise is not kept. Cases share nothing
   * but what their fixtures do.
   */
  run(): Promise<void>;
}
