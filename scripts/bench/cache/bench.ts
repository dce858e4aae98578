import type { Bench } from '../bench.ts';
import { quantile } from '../quantiles.ts';
import { machine, table } from '../report-parts.ts';
import { runLookUps, type LookUpResult } from './look-ups.ts';
import { runWorkload, type WorkloadResult } from './workload.ts';

const WORKLOAD = { calls: 200, prompts: 40, seed: 7 };
const LOOK_UPS = { entries: 10_000, lookUps: 20_000 };
const QUICK_LOOK_UPS = { entries: 200, lookUps: 400 };

function row(name: string, milliseconds: readonly number[]): string[] {
  const at = (share: number): string => quantile(milliseconds, share).toFixed(3);
  return [name, String(milliseconds.length), at(0.5), at(0.99), at(1)];
}

const HEADER = ['', 'calls', 'p50 ms', 'p99 ms', 'longest ms'];

function describeWorkload({ plan, distinct, asked, hitMs, missMs }: WorkloadResult): string {
  const rate = (100 * (1 - asked / plan.calls)).toFixed(1);
  return `## A workload that comes back

${plan.calls} calls at temperature 0, drawn from ${plan.prompts} prompts by a Zipf distribution (exponent 1, seed ${plan.seed}), ${distinct} of them different, one after another through a whole host.
The server answers at once, so the times are those of the router with its records on disk: what a hit saves is the time of the model besides.

The server was asked ${asked} times by its own count: hit rate ${rate} %.

${table(HEADER, [row('from the cache', hitMs), row('from the server', missMs)])}`;
}

function describeLookUps({ plan, keepMs, hitMs, missMs, fileBytes }: LookUpResult): string {
  const size = (fileBytes / 2 ** 20).toFixed(1);
  return `## The cache alone

${plan.entries.toLocaleString('en-US')} answers of 2.4 kB to questions of 1.7 kB, opened anew before the look-ups, entries at random; the key is made each time. The file has ${size} MiB.

${table(HEADER, [row('look-up, found', hitMs), row('look-up, not there', missMs), row('keep', keepMs)])}`;
}

/** How often the response cache answers, and what that costs. */
export const bench: Bench = async ({ isQuick, tell }) => {
  tell('workload');
  const workload = await runWorkload(WORKLOAD);
  tell('look-ups');
  const lookUps = await runLookUps(isQuick ? QUICK_LOOK_UPS : LOOK_UPS);
  const day = new Date().toISOString().slice(0, 10);
  return `# Bench of the response cache

${day}. Made by \`pnpm bench cache\`; do not edit.

- Machine: ${machine()}; figures of time are indicative.
- Node ${process.versions.node}, SQLite ${process.versions.sqlite ?? 'unknown'}.

${describeWorkload(workload)}

${describeLookUps(lookUps)}
`;
};
