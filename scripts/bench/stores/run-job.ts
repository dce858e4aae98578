import { fileURLToPath } from 'node:url';
import { runChild } from '../run-child.ts';
import type { Job, JobResult } from './job.ts';

const ENTRY = fileURLToPath(new URL('./contestant-child.ts', import.meta.url));
const LIMIT_MS = 1_200_000;

/** Runs one job in a process of its own. */
export async function runJob(job: Job): Promise<JobResult> {
  return (await runChild({ entry: ENTRY, job, limitMs: LIMIT_MS })) as JobResult;
}
