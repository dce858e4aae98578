import type { Job, JobResult } from './job.ts';
import { measureFailover } from './measures/failover.ts';
import { measureLatency } from './measures/latency.ts';
import { measureOutage } from './measures/outage.ts';
import { measurePolicy } from './measures/policy.ts';
import { measureRecovery } from './measures/recovery.ts';

function run(job: Job): Promise<JobResult> {
  if (job.kind === 'latency') return measureLatency(job);
  if (job.kind === 'failover') return measureFailover(job);
  if (job.kind === 'outage') return measureOutage(job);
  return job.kind === 'recovery' ? measureRecovery(job) : measurePolicy(job);
}

const result = await run(JSON.parse(process.argv[2] ?? '{}') as Job);
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
