import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/**
 * Loaded before a program by `--import`: measures by how much the event loop of its main thread is late, from when the
 * program has started (2 s, or SIGUSR2) until it ends, and writes that to the file of `PROOF_LAG`, in milliseconds.
 */
const RESOLUTION_MS = 5;
const START_MS = 2_000;
const file = process.env['PROOF_LAG'];

function late(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
}

if (isMainThread && file !== undefined && process.send === undefined) {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  // Importing modules is not waiting for work: what is measured is a program that runs.
  setTimeout(() => histogram.reset(), START_MS).unref();
  // A test that has seen the first answer says when the start is over.
  process.on('SIGUSR2', () => histogram.reset());
  process.once('exit', () => {
    const { count, max } = histogram;
    const lag = {
      count,
      p50Ms: late(histogram.percentile(50)),
      p99Ms: late(histogram.percentile(99)),
      maxMs: late(max),
    };
    writeFileSync(file, JSON.stringify(lag));
  });
}
