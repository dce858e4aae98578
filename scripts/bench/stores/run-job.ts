import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Job, JobResult } from './job.ts';

const CHILD = fileURLToPath(new URL('./contestant-child.ts', import.meta.url));
const LIMIT_MS = 1_200_000;

/** Runs one job in a process of its own, so that no contestant has another's memory, caches or compiled code. */
export async function runJob(job: Job): Promise<JobResult> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD, JSON.stringify(job)], {
    // As the program does: what Node compiled once is not compiled again.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'wooster-bench-compile-cache') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(limit);
  if (code !== 0) throw new Error(`${JSON.stringify(job)} ended with ${signal ?? code}`);
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as JobResult;
}
