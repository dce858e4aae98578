import type { FaultCell } from '../cells.ts';

/** Faults of the connection, before there is an answer. */
export const TRANSPORT_CELLS: readonly FaultCell[] = [
  { id: 'refused', title: 'connection refused', place: 'refused' },
  {
    id: 'unknown-host',
    title: 'name not found (DNS)',
    place: 'unknown-host',
    notForPeers: 'the look-up is injected, so that no packet leaves',
  },
  { id: 'reset-before-headers', title: 'reset before headers', faults: [{ kind: 'reset-before-headers' }] },
  { id: 'hang-before-headers', title: 'hang before headers', faults: [{ kind: 'hang-before-headers' }] },
  { id: 'hang-after-headers', title: 'hang after headers', faults: [{ kind: 'hang-after-headers' }] },
  { id: 'role-then-silence', title: 'role-only chunk, then silence', faults: [{ kind: 'role-then-silence' }] },
  { id: 'cut-at-start', title: 'cut before the first token', faults: [{ kind: 'cut' }] },
  { id: 'cut', title: 'cut after 3 tokens', faults: [{ kind: 'cut', afterTokens: 3 }] },
  { id: 'cut-reset', title: 'reset after 3 tokens', faults: [{ kind: 'cut', afterTokens: 3, isReset: true }] },
  { id: 'stall-at-start', title: 'stall before the first token', faults: [{ kind: 'stall' }] },
  { id: 'stall', title: 'stall after 3 tokens', faults: [{ kind: 'stall', afterTokens: 3 }] },
  {
    id: 'heartbeat',
    title: 'signs of life, but no token',
    faults: [{ kind: 'heartbeat', intervalMs: 20 }],
  },
  {
    id: 'heartbeat-midway',
    title: '3 tokens, then only signs of life',
    faults: [{ kind: 'heartbeat', intervalMs: 20, afterTokens: 3 }],
  },
  {
    id: 'cut-in-reasoning',
    title: 'cut after 2 tokens of reasoning',
    manner: { reasoning: 'so let me think' },
    faults: [{ kind: 'cut', afterTokens: 2 }],
  },
  {
    id: 'slow-drip',
    title: 'slow drip below the floor (40 tokens/s)',
    faults: [{ kind: 'drip', intervalMs: 60 }],
    floor: { tokensPerSecond: 40, windowMs: 120 },
  },
];
