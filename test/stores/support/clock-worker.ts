import { getEnvironmentData } from 'node:worker_threads';

/** The worker of a store whose clock the test sets: its milliseconds since 1970 stand in shared memory. */
const clock = getEnvironmentData('store-clock') as Float64Array;

Date.now = () => clock[0]!;

await import('../../../src/stores/worker/store-worker.ts');
