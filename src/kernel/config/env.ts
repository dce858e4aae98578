/** Names and values as the operating system gives them, or as a test does. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The one place that reads the environment of the process; everything else takes the record as a parameter. */
export function readEnvironment(): Environment {
  return Object.freeze({ ...process.env });
}
