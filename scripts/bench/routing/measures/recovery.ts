import { setTimeout as sleep } from 'node:timers/promises';
import { openWooster } from '../clients/wooster-client.ts';
import type { Job, JobResult, RecoveryRow } from '../job.ts';
import { median } from '../../quantiles.ts';
import { ServerControl } from '../server/control-server.ts';

/** In place of the 30 s that are shipped, so that a return can be watched in real time. */
const INTERVAL_MS = 1_000;
const TURN_EVERY_MS = 10;
const CAP_MS = 10_000;

interface Watched {
  failedTurns: number;
  doomed: number;
  msUntilBack: number;
}

async function watchOnce(job: Extract<Job, { kind: 'recovery' }>, control: ServerControl): Promise<Watched> {
  const options = { addresses: job.addresses, tokens: 20, intervalMs: INTERVAL_MS, limitMs: 200 };
  await using client = await openWooster(options);
  const watched: Watched = { failedTurns: 0, doomed: 0, msUntilBack: CAP_MS };
  const turn = async (): Promise<boolean> => {
    try {
      await client.complete(AbortSignal.timeout(5_000));
    } catch {
      // A failed turn is what is counted here.
      watched.failedTurns += 1;
    }
    const { doomed, isAnsweredByPrimary } = client.last();
    watched.doomed += doomed;
    await sleep(TURN_EVERY_MS);
    return isAnsweredByPrimary;
  };
  for (let warmUp = 0; warmUp < 3; warmUp += 1) await turn();
  await control.behave('primary', { kind: 'refuse' });
  for (const until = performance.now() + job.downMs; performance.now() < until;) await turn();
  await control.behave('primary', { kind: 'answer' });
  const from = performance.now();
  while (performance.now() - from < CAP_MS) {
    if (!(await turn())) continue;
    watched.msUntilBack = performance.now() - from;
    break;
  }
  return watched;
}

/** A primary that was refused comes back, while turns follow one another closely. */
export async function measureRecovery(job: Extract<Job, { kind: 'recovery' }>): Promise<JobResult> {
  const control = new ServerControl(job.addresses);
  const rounds: Watched[] = [];
  for (let round = 0; round < job.rounds; round += 1) rounds.push(await watchOnce(job, control));
  const row: RecoveryRow = {
    contestant: 'wooster',
    intervalMs: INTERVAL_MS,
    msUntilBack: median(rounds.map(({ msUntilBack }) => msUntilBack)),
    failedTurns: Math.max(...rounds.map(({ failedTurns }) => failedTurns)),
    doomed: Math.max(...rounds.map(({ doomed }) => doomed)),
  };
  return { kind: 'recovery', rows: [row] };
}
