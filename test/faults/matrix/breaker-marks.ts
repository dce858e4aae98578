import type { BreakerRecord, BreakerState, RoutingState } from '../../../src/index.ts';
import type { BreakerMark } from './matrix-row.ts';

const ORDER: readonly BreakerMark[] = ['none', 'counted', 'opened', 'misconfigured'];

/**
 * The state with an eye on what is kept of the breakers of the primary: a probe may close one again before anybody
 * could ask the router for it.
 */
export function watchBreakers(state: RoutingState): { readonly state: RoutingState; mark(): BreakerMark } {
  let mark: BreakerMark = 'none';
  const { breakers } = state;
  const save = (record: BreakerRecord): void => {
    const next = record.targetId.startsWith('primary@') ? markOf(record.state) : 'none';
    if (ORDER.indexOf(next) > ORDER.indexOf(mark)) mark = next;
    breakers.save(record);
  };
  const watched = { list: () => breakers.list(), remove: (id: string) => breakers.remove(id), save };
  return { state: { ...state, breakers: watched }, mark: () => mark };
}

function markOf(state: BreakerState): BreakerMark {
  if (state.kind === 'misconfigured') return 'misconfigured';
  if (state.kind !== 'closed') return 'opened';
  return state.failures > 0 ? 'counted' : 'none';
}
