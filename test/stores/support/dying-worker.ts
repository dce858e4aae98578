import { parentPort } from 'node:worker_threads';

/** A worker that ends at its first call. */
parentPort?.on('message', () => process.exit(3));
