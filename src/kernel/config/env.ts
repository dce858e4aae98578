/** Names and values as the operating system gives them, or as a test does. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The one place that reads the environment of the process; everything else takes the record as a parameter. */
export function readEnvironment(): Environment {
  return Object.freeze({ ...process.env });
}

/**
 * By these names LangChain's packages send every prompt to a vendor for tracing, or every call through its gateway; a
 * list, since each alone (an endpoint, a key, a profile) is enough in one version or another.
 */
const VENDOR_NAMES = /^(LANGSMITH|LANGCHAIN)_/;

/** What the packages read, and children with them: ours, those of the embedded engines, and those of Python. */
const SILENCE: Readonly<Record<string, string>> = {
  LANGSMITH_TRACING: 'false',
  LANGSMITH_TRACING_V2: 'false',
  LANGCHAIN_TRACING: 'false',
  LANGCHAIN_TRACING_V2: 'false',
  LANGSMITH_OTEL_ENABLED: 'false',
  DO_NOT_TRACK: '1',
  HF_HUB_DISABLE_TELEMETRY: '1',
  ORT_DISABLE_TELEMETRY: '1',
};

/**
 * Turns off tracing to a vendor and telemetry in this process and its children: such a name in the environment is no
 * permission, so the endpoints and keys of the vendor are removed with it.
 */
export function forbidVendorTracing(): void {
  for (const name of Object.keys(process.env)) if (VENDOR_NAMES.test(name)) delete process.env[name];
  Object.assign(process.env, SILENCE);
}

/** Sets variables for this process and the children it will start; the returned function takes that back. */
export function extendEnvironment(variables: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
