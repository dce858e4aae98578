import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Job, JobResult } from './job.ts';

const CHILD = fileURLToPath(new URL('./measuring-child.ts', import.meta.url));
const LIMIT_MS = 900_000;

/** Runs one job in a process of its own, away from the servers and from what other jobs left behind. */
export async function runJob<Kind extends Job['kind']>(
  job: Extract<Job, { kind: Kind }>,
): Promise<Extract<JobResult, { kind: Kind }>> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD, JSON.stringify(job)], {
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'wooster-bench-compile-cache') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(limit);
  if (code !== 0) throw new Error(`the job ${job.kind} ended with ${signal ?? code}`);
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as Extract<JobResult, { kind: Kind }>;
}
