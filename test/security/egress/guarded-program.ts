import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import type { EgressRules } from '../../../src/security/egress/reachable.ts';

const LIMIT_MS = 60_000;

/** The output of a program of Node that runs under the guard from its first line; rejects when it fails. */
export async function runGuarded(
  rules: EgressRules,
  program: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const preload = pathToFileURL(new URL('../../../src/security/egress/preload-guard.ts', import.meta.url).pathname);
  preload.searchParams.set('rules', JSON.stringify(rules));
  const child = spawn(process.execPath, ['--import', preload.href, ...program], {
    env: { PATH: '/usr/bin:/bin', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  let complaint = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (complaint += data.toString()));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve(status ?? signal));
  });
  if (code !== 0) throw new Error(`the program ended with ${String(code)}: ${complaint}`);
  return output;
}
