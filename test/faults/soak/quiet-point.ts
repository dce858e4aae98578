import { getEventListeners } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { QuietPoint } from './soak-plan.ts';

/** What was begun in the background has ended by then: looks at servers, and bodies that are read to their end. */
const SETTLE_MS = 700;

function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  globalThis.gc();
  globalThis.gc();
}

function countResources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Open files and sockets, those that do not hold the process up among them. */
function countDescriptors(): number {
  const folder = '/proc/self/fd';
  return existsSync(folder) ? readdirSync(folder).length : 0;
}

/** Measures the process; the callers must be at rest. */
export async function takeQuietPoint(at: { atMs: number; calls: number; signal: AbortSignal }): Promise<QuietPoint> {
  await wait(SETTLE_MS);
  collectGarbage();
  await wait(20);
  collectGarbage();
  const { heapUsed, rss } = process.memoryUsage();
  return {
    atMs: at.atMs,
    calls: at.calls,
    heapBytes: heapUsed,
    rssBytes: rss,
    resources: countResources(),
    descriptors: countDescriptors(),
    listeners: getEventListeners(at.signal, 'abort').length,
  };
}
