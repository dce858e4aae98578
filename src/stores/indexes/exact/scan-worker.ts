import { parentPort } from 'node:worker_threads';
import { scan } from './scan.ts';
import type { ScanRequest } from './scan.ts';

/** What the pool sends: a part of a scan, over shared memory. */
export type ScanMessage = ScanRequest & { readonly id: number };

parentPort?.on('message', ({ id, ...request }: ScanMessage) => {
  parentPort?.postMessage({ id, ...scan(request) }, []);
});
