import { expect } from '@jest/globals';
import type { CliRun } from './cli-process.ts';

/** One error as `--json` prints it. */
export interface PrintedError {
  readonly code: string;
  readonly message: string;
  readonly details: Record<string, unknown>;
}

/** Checks that a run ended with exactly one line that begins with the code, and no stack; gives that line. */
export function expectOneLine(run: CliRun, code: string, exitCode: number): string {
  const lines = run.stderr.split('\n').filter((line) => /^E_[A-Z_]+ /.test(line));
  expect({ exitCode: run.exitCode, lines }).toEqual({ exitCode, lines: [expect.stringMatching(`^${code} .`)] });
  expect(run.stdout + run.stderr).not.toMatch(/^\s+at /m);
  return lines[0] ?? '';
}

/** Checks that a run with `--json` printed one document, an error of the code, and nothing beside it; gives the error. */
export function expectOneDocument(run: CliRun, code: string, exitCode: number): PrintedError {
  expect(run.stderr).toBe('');
  expect(run.stdout.trimEnd().split('\n')).toHaveLength(1);
  const document = JSON.parse(run.stdout) as { error: PrintedError };
  expect({ exitCode: run.exitCode, code: document.error.code }).toEqual({ exitCode, code });
  expect(document.error.message).not.toContain('\n');
  return document.error;
}
