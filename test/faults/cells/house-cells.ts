import type { FaultCell } from '../cells.ts';

const OURS = 'a fault of our own house';

/** The caller leaves, the server comes back, and faults of our own house. */
export const HOUSE_CELLS: readonly FaultCell[] = [
  { id: 'abort-before', title: 'abort before the call', leaving: 'before' },
  {
    id: 'abort-waiting',
    title: 'abort while waiting for the first token',
    leaving: 'waiting',
    faults: [{ kind: 'hang-after-headers' }],
  },
  {
    id: 'abort-loading',
    title: 'abort while the model loads',
    leaving: 'loading',
    faults: [{ kind: 'loading', forMs: 60_000 }],
    isAlone: true,
  },
  { id: 'abort-output', title: 'abort during output', leaving: 'output', manner: { tokenDelayMs: 40 } },
  { id: 'returns', title: 'dies and comes back', place: 'returns' },
  { id: 'state-full', title: 'disk full on the state database', place: 'state-full', notForPeers: OURS },
  {
    id: 'suspended',
    title: 'the machine sleeps for an hour while it is dead',
    place: 'suspended',
    notForPeers: OURS,
  },
  { id: 'clock-back', title: 'the clock steps back an hour', place: 'clock-back', notForPeers: OURS },
];
