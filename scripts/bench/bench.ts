/** How a bench is run. */
interface BenchOptions {
  /** At sizes small enough for a test: it shows that everything runs, and no figure of it means anything. */
  readonly isQuick: boolean;
  /** Says on standard error how far it is. */
  readonly tell: (line: string) => void;
  /** Texts that narrow the run, for a bench of parts that are measured on their own. */
  readonly only?: readonly string[] | undefined;
  /** Folder in which a bench of such parts keeps what it measured, for the reports of later runs. */
  readonly results?: string | undefined;
}

/** Measures, and resolves to the report in Markdown. Every wait in it has a limit; it ends the processes it starts. */
export type Bench = (options: BenchOptions) => Promise<string>;
