import type { Bench } from '../bench.ts';
import { benchRouting, type BenchPlan } from './bench-routing.ts';
import { describeBench } from './report/write-report.ts';

const FULL: BenchPlan = {
  rounds: 3,
  calls: 400,
  lengths: [20, 200],
  failoverRounds: 9,
  capMs: 10_000,
  turns: 100,
  outages: 5,
  recoveryRounds: 5,
  downMs: 3_000,
  candidates: [2, 10, 50],
  policyCalls: 2_000,
};
const QUICK: BenchPlan = {
  rounds: 1,
  calls: 3,
  lengths: [20],
  failoverRounds: 1,
  capMs: 300,
  turns: 3,
  outages: 1,
  recoveryRounds: 1,
  downMs: 100,
  candidates: [2],
  policyCalls: 5,
};

/** The router against the ways people ask a model without one. */
export const bench: Bench = async ({ isQuick, tell }) =>
  describeBench(await benchRouting(isQuick ? QUICK : FULL, tell), new Date());
