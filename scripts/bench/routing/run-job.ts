import { fileURLToPath } from 'node:url';
import { runChild } from '../run-child.ts';
import type { Job, JobResult } from './job.ts';

const ENTRY = fileURLToPath(new URL('./measuring-child.ts', import.meta.url));
const LIMIT_MS = 900_000;

/** Runs one job in a process of its own, away from the servers and from what other jobs left behind. */
export async function runJob<Kind extends Job['kind']>(
  job: Extract<Job, { kind: Kind }>,
): Promise<Extract<JobResult, { kind: Kind }>> {
  return (await runChild({ entry: ENTRY, job, limitMs: LIMIT_MS })) as Extract<JobResult, { kind: Kind }>;
}
