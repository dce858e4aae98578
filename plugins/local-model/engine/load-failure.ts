import {
  FileAccessError,
  MissingDependencyError,
  PortInUseError,
  ProviderServerError,
  ProviderUnreachableError,
  type WoosterError,
} from 'wooster';
import type { LoadFailureReason } from './engine-messages.ts';

const PROVIDER = 'embedded';

/** Makes the contract error of a load that the child says has failed. */
export function loadFailure(
  report: { readonly reason: LoadFailureReason; readonly message: string },
  start: { readonly modelPath: string; readonly port: number; readonly packageName: string },
): WoosterError {
  const { reason, message } = report;
  const { modelPath, port, packageName } = start;
  if (reason === 'port') {
    const text = `port ${port} cannot be used for the embedded engine: ${message}; stop what uses it, or change embedded.port`;
    return new PortInUseError(text, { port });
  }
  if (reason === 'dependency') {
    const install = `npm install ${packageName}`;
    const text = `the embedded engine needs the package ${packageName} with its binary for this system: ${install} (${message})`;
    return new MissingDependencyError(text, { dependency: packageName, install });
  }
  if (reason === 'file') {
    const text = `the model file ${modelPath} cannot be loaded: ${message}; remove it and let it be downloaded again`;
    return new FileAccessError(text, { path: modelPath });
  }
  const remedy = reason === 'memory' ? '; take a smaller model or a smaller context' : '';
  return new ProviderServerError(`the embedded engine could not load the model: ${message}${remedy}`, {
    provider: PROVIDER,
  });
}

/** Makes the contract error of a child that died; `stderr` is the end of what it wrote. */
export function childDeath(
  when: string,
  exit: { code: number | null; signal: string | null },
  stderr: string,
): WoosterError {
  const how = exit.signal === null ? `exit code ${exit.code ?? 'unknown'}` : `signal ${exit.signal}`;
  const lines = stderr.trim().split('\n');
  // An uncaught exception is followed by its stack and the version of Node, which say less.
  const last = (lines.findLast((line) => /^\w*error\b/i.test(line)) ?? lines.at(-1) ?? '').slice(0, 300);
  const detail = last === '' ? '' : `: ${last}`;
  return new ProviderUnreachableError(
    `the embedded engine died ${when} (${how})${detail}; it is started again on the next call`,
    {
      provider: PROVIDER,
    },
  );
}
