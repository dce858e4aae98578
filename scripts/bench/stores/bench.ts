import type { Bench } from '../bench.ts';
import { benchStores, type BenchPlan } from './bench-stores.ts';
import { describeBench } from './write-report.ts';

const FULL: BenchPlan = {
  rows: [10_000, 100_000],
  dimensions: 384,
  k: 10,
  searches: 100,
  rounds: 3,
  files: 150,
  embedder: 'embedded',
};
const QUICK: BenchPlan = { rows: [300], dimensions: 16, k: 10, searches: 5, rounds: 1, files: 3, embedder: 'stored' };

/** The stores against LangChain's. */
export const bench: Bench = async ({ isQuick, tell }) =>
  describeBench(await benchStores(isQuick ? QUICK : FULL, tell), new Date());
