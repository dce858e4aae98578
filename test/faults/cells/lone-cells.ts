import type { Fault, RetryAfter } from '../../fakes/model-server/faults/fault-kinds.ts';
import type { FaultCell } from '../cells.ts';

const status = (code: number, retryAfter?: RetryAfter): Fault[] => [{ kind: 'status', status: code, retryAfter }];

/** The same where nobody else can answer: what is tried again, what is waited for, and what is said at the end. */
export const LONE_CELLS: readonly FaultCell[] = (
  [
    { id: 'refused', title: 'connection refused', place: 'refused' },
    { id: 'reset-once', title: 'one reset, then well', faults: [{ kind: 'reset-before-headers' }], times: 1 },
    { id: 'hang', title: 'hang before headers', faults: [{ kind: 'hang-before-headers' }] },
    { id: 'stall', title: 'stall after 3 tokens', faults: [{ kind: 'stall', afterTokens: 3 }] },
    { id: 'cut-once', title: 'one cut after 3 tokens, then well', faults: [{ kind: 'cut', afterTokens: 3 }], times: 1 },
    {
      id: 'end-always',
      title: 'clean end after 3 tokens (EOF)',
      faults: [{ kind: 'end-without-marker', afterTokens: 3 }],
    },
    { id: 'empty', title: 'empty reply, status 200', faults: [{ kind: 'empty' }] },
    { id: 'html-once', title: 'one HTML page, then well', faults: [{ kind: 'html' }], times: 1 },
    { id: '401', title: '401', faults: status(401) },
    { id: '404', title: '404, unknown model', faults: [{ kind: 'status', status: 404, message: 'model not found' }] },
    {
      id: '429-short',
      title: '429, retry-after-ms 60, then well',
      faults: status(429, { milliseconds: 60 }),
      times: 1,
    },
    { id: '429-long', title: '429, Retry-After 120', faults: status(429, { seconds: 120 }) },
    { id: '500-once', title: 'one 500, then well', faults: status(500), times: 1 },
    { id: '500', title: '500', faults: status(500) },
    { id: 'loading', title: 'loading for 120 ms, then ready', faults: [{ kind: 'loading', forMs: 120 }] },
    { id: 'loading-long', title: 'loading for longer than the limit', faults: [{ kind: 'loading', forMs: 60_000 }] },
  ] satisfies FaultCell[]
).map((cell) => ({ ...cell, id: `alone-${cell.id}`, title: `alone: ${cell.title}`, isAlone: true }));
