/** A long proof: a test that runs in full, and the report that is made of the lines it writes. */
export interface Proof {
  /** Project of jest that the test belongs to. */
  readonly project: 'unit' | 'real' | 'faults';
  /** Path or pattern of the test, from the root of the repository. */
  readonly test: string;
  /** Name of the report under `docs/proof`. */
  readonly file: string;
  /** Environment in which the test runs in full; without it, it runs its seeded sample. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly limitMs?: number;
  /**
   * The report in Markdown, made of the JSON lines that the test appended to the file `WOOSTER_PROOF_REPORT`. The
   * verdict is a sentence: date, Node, passed or failed.
   */
  describe(lines: readonly unknown[], verdict: string): string;
}
