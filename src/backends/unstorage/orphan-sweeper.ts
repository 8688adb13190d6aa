/** How many files killed writers left, and how many of them are gone now. */
export interface OrphanCounts {
  found: number;
  removed: number;
}

/** What a driver over files can tell `checkTokens` about those that no key leads to. */
export interface OrphanSweeper {
  /** Finds the temporary files that killed writers left, and removes them if asked to. */
  sweepOrphans(options: { remove: boolean }): Promise<OrphanCounts>;
}
