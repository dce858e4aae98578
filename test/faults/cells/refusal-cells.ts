import type { Fault, RetryAfter } from '../../fakes/model-server/faults/fault-kinds.ts';
import type { FaultCell } from '../cells.ts';

const status = (code: number, retryAfter?: RetryAfter): Fault[] => [{ kind: 'status', status: code, retryAfter }];

const OVERFLOW: Fault = {
  kind: 'status',
  status: 400,
  body: {
    error: {
      code: 400,
      message: 'request (9000 tokens) exceeds the available context size (4096 tokens), try increasing it',
      type: 'exceed_context_size_error',
      n_prompt_tokens: 9000,
      n_ctx: 4096,
    },
  },
};

/** Whole replies that refuse. Waits that a server asks for are far longer than any limit here. */
export const REFUSAL_CELLS: readonly FaultCell[] = [
  { id: 'html-502', title: '502 with an HTML page', faults: [{ kind: 'html', status: 502 }] },
  { id: '400', title: '400 of our making', faults: status(400) },
  { id: 'context', title: '400, the conversation is too long', faults: [OVERFLOW] },
  { id: '401', title: '401', faults: status(401) },
  { id: '402', title: '402', faults: status(402) },
  { id: '403', title: '403', faults: status(403) },
  { id: '404', title: '404, unknown model', faults: [{ kind: 'status', status: 404, message: 'model not found' }] },
  { id: '413', title: '413', faults: status(413) },
  {
    id: 'filtered',
    title: '400, withheld by the content filter',
    faults: [
      {
        kind: 'status',
        status: 400,
        body: { error: { message: 'withheld', type: 'invalid_request_error', code: 'content_filter' } },
      },
    ],
  },
  {
    id: 'no-tools',
    title: '400, the model does not support tools',
    faults: [{ kind: 'status', status: 400, message: '"m" does not support tools' }],
    modes: ['tools'],
  },
  { id: '429-seconds', title: '429, Retry-After in seconds', faults: status(429, { seconds: 30 }) },
  { id: '429-date', title: '429, Retry-After as a date', faults: status(429, { dateInMs: 30_000 }) },
  { id: '429', title: '429, no Retry-After', faults: status(429) },
  { id: '500', title: '500', faults: status(500) },
  { id: '503', title: '503, Retry-After 30', faults: status(503, { seconds: 30 }) },
  {
    id: 'loading',
    title: 'loading for 120 ms, then ready',
    faults: [{ kind: 'loading', forMs: 120 }],
  },
  { id: '529', title: '529', faults: status(529) },
  {
    id: '529-overloaded',
    title: '529, "Overloaded"',
    faults: [{ kind: 'status', status: 529, message: 'Overloaded' }],
  },
];
