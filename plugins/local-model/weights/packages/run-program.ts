import { spawn } from 'node:child_process';
import { CancelledError, MissingDependencyError, ProviderTimeoutError, systemCode } from 'wooster';
import type { TimeoutPhase } from 'wooster';

/** Output kept for explaining a failure, characters. */
const KEPT_OUTPUT = 16_000;
/** After the polite signal a program has this long before it is killed, milliseconds. */
const GRACE_MS = 2_000;

/** How a program is run. */
interface ProgramOptions {
  readonly signal: AbortSignal;
  readonly limitMs: number;
  readonly workingDirectory?: string;
  /** The program is ended when its output has not matched the pattern by then; `name` is what the error calls it. */
  readonly firstSign?: { readonly pattern: RegExp; readonly limitMs: number; readonly name: string };
}

/** How a program ended; `output` is the end of what it wrote on both streams. */
export interface ProgramResult {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs a program and waits for its end. */
export type RunProgram = (
  command: string,
  programArguments: readonly string[],
  options: ProgramOptions,
) => Promise<ProgramResult>;

/**
 * Runs a program without a shell. Its input stays empty and open for as long as this process lives. E_DEPENDENCY when there is none of that name; when the signal
 * aborts or the limit passes it is ended, and only then does the promise reject.
 */
export const runProgram: RunProgram = async (command, programArguments, options) => {
  if (options.signal.aborted) throw new CancelledError();
  const child = spawn(command, programArguments, {
    cwd: options.workingDirectory,
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let output = '';
  const keep = (text: string): void => {
    output = (output + text).slice(-KEPT_OUTPUT);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  const stop = (): void => {
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
  };
  const limit = AbortSignal.timeout(options.limitMs);
  const silence = silenceLimit(options, () => output);
  const ending = AbortSignal.any([options.signal, limit, silence.signal]);
  ending.addEventListener('abort', stop, { once: true });
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', (error) => reject(startFault(command, error)));
      child.once('close', (code) => resolve(code ?? -1));
    });
    if (options.signal.aborted) throw new CancelledError();
    if (silence.signal.aborted) throw silence.signal.reason;
    if (limit.aborted) throw timeout(`${command} did not end`, 'total', options.limitMs);
    return { exitCode, output };
  } finally {
    silence.end();
    ending.removeEventListener('abort', stop);
  }
};

function timeout(what: string, phase: TimeoutPhase, limitMs: number): Error {
  return new ProviderTimeoutError(`${what} in ${limitMs} ms`, { phase, limitMs });
}

function silenceLimit(options: ProgramOptions, output: () => string): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  const { firstSign } = options;
  if (firstSign === undefined) return { signal: controller.signal, end: () => undefined };
  const timer = setTimeout(() => {
    if (!firstSign.pattern.test(output())) {
      controller.abort(timeout(`${firstSign.name} did not answer`, 'connect', firstSign.limitMs));
    }
  }, firstSign.limitMs);
  return { signal: controller.signal, end: () => clearTimeout(timer) };
}

function startFault(command: string, error: Error): Error {
  const reason =
    systemCode(error) === 'ENOENT' ? 'is not installed' : `cannot be started (${systemCode(error) ?? 'unknown'})`;
  return new MissingDependencyError(`${command} ${reason}`, { cause: error, dependency: command, install: command });
}
