import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOCAL_PRINCIPAL, openState } from '../../../../src/index.ts';
import type { ModelRouterService, RoutingState } from '../../../../src/index.ts';
import { systemClock } from '../../../../src/kernel/clock.ts';
import { createMemoryState } from '../../../../src/kernel/state/memory-state.ts';
import { openMemoryRouter, OPERATION, REQUEST } from '../clients/memory-router.ts';
import { SILENT } from '../clients/shipped-settings.ts';
import type { Job, JobResult, PolicyRow } from '../job.ts';
import { quantile } from '../../quantiles.ts';

const NEVER = new AbortController().signal;

async function execute(router: ModelRouterService): Promise<void> {
  const decision = await router.decide(REQUEST, NEVER);
  const options = { parameters: {}, principal: LOCAL_PRINCIPAL, signal: NEVER };
  let items = 0;
  for await (const item of router.execute(decision, OPERATION, options)) items += item.length;
  if (items !== 4) throw new Error(`the operation gave ${items} letters of 4`);
}

/** The middle of many calls, microseconds, after as many to warm up. */
async function middleMicros(calls: number, work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let call = 0; call < 2 * calls; call += 1) {
    const from = performance.now();
    await work();
    if (call >= calls) times.push((performance.now() - from) * 1000);
  }
  return quantile(times, 0.5);
}

async function withRouter<T>(
  candidates: number,
  state: RoutingState,
  use: (router: ModelRouterService) => Promise<T>,
): Promise<T> {
  const router = await openMemoryRouter(candidates, state);
  try {
    await router.refresh(NEVER);
    const { chain } = await router.decide({ ...REQUEST, isPreview: true }, NEVER);
    if (chain.length !== candidates) throw new Error(`${chain.length} candidates of ${candidates}`);
    return await use(router);
  } finally {
    await router.dispose();
    await state.dispose();
  }
}

/** What deciding and the attempt loop cost by themselves: providers in memory, which answer at once. */
export async function measurePolicy(job: Extract<Job, { kind: 'policy' }>): Promise<JobResult> {
  const { calls } = job;
  const rows: PolicyRow[] = [];
  for (const candidates of job.candidates) {
    const [decideMicros, decideAndExecuteMicros] = await withRouter(candidates, createMemoryState(), async (router) => [
      await middleMicros(calls, () => router.decide({ ...REQUEST, isPreview: true }, NEVER)),
      await middleMicros(calls, () => execute(router)),
    ]);
    const directory = mkdtempSync(join(tmpdir(), 'wooster-bench-'));
    const state = openState({ directory, clock: systemClock, log: SILENT });
    const persistedMicros = await withRouter(candidates, state, (router) => middleMicros(calls, () => execute(router)));
    rmSync(directory, { recursive: true, force: true });
    rows.push({
      candidates,
      decideMicros,
      decideAndExecuteMicros,
      persistedMicros,
    });
  }
  return { kind: 'policy', rows };
}
