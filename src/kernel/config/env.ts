/** Names and values as the operating system gives them, or as a test does. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The one place that reads the environment of the process; everything else takes the record as a parameter. */
export function readEnvironment(): Environment {
  return Object.freeze({ ...process.env });
}

/** Switches by which LangChain's packages send every prompt to a vendor for tracing, as their source reads them. */
const VENDOR_TRACING = ['LANGSMITH_TRACING', 'LANGSMITH_TRACING_V2', 'LANGCHAIN_TRACING', 'LANGCHAIN_TRACING_V2'];

/** Turns off tracing to a vendor in this process and its children: such a name in the environment is no permission. */
export function forbidVendorTracing(): void {
  for (const name of VENDOR_TRACING) process.env[name] = 'false';
}
