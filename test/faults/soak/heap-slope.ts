import type { QuietPoint } from './soak-plan.ts';

/** Points of the first third are left out: code is compiled and caches are filled then. */
const WARM_UP_SHARE = 1 / 3;

/** By how many bytes the heap grew, on the straight line of least squares through the later points, from the first of them to the last. */
export function heapGrowth(points: readonly QuietPoint[]): number {
  const later = points.slice(Math.floor(points.length * WARM_UP_SHARE));
  const count = later.length;
  if (count < 2) throw new Error('a line needs two points');
  const meanAt = later.reduce((sum, { atMs }) => sum + atMs, 0) / count;
  const meanHeap = later.reduce((sum, { heapBytes }) => sum + heapBytes, 0) / count;
  const covariance = later.reduce((sum, { atMs, heapBytes }) => sum + (atMs - meanAt) * (heapBytes - meanHeap), 0);
  const variance = later.reduce((sum, { atMs }) => sum + (atMs - meanAt) ** 2, 0);
  return (covariance / variance) * (later.at(-1)!.atMs - later[0]!.atMs);
}
