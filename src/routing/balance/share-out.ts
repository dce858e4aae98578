import type { BalanceStrategy } from '../../contracts/settings/settings.ts';
import type { WeightedTurn } from '../../resilience/weighted-turn.ts';

/** One endpoint that may get the call. */
export interface Sharer {
  readonly targetId: string;
  readonly weight: number;
  /** Calls that it has already. */
  readonly load: number;
  /** Median time to the first token, milliseconds; absent before it was measured. */
  readonly firstTokenMs?: number;
}

/** The least share of what its weight alone would give it that a slow endpoint keeps: its speed is measured again by it. */
const LEAST_SPEED = 0.1;

/** Chooses one of several by its place in the list, which is not empty. */
type ShareOut = (sharers: readonly Sharer[], turn: WeightedTurn) => number;

function byTurn(sharers: readonly Sharer[], turn: WeightedTurn, factor: (sharer: Sharer) => number = () => 1): number {
  return turn.next(sharers.map((sharer) => ({ id: sharer.targetId, weight: sharer.weight * factor(sharer) })));
}

const byLoad: ShareOut = (sharers, turn) => {
  const loads = sharers.map(({ load, weight }) => (load + 1) / weight);
  const least = Math.min(...loads);
  const places = sharers.flatMap((_sharer, place) => (loads[place] === least ? [place] : []));
  if (places.length === 1) return places[0] ?? 0;
  return (
    places[
      byTurn(
        places.flatMap((place) => sharers[place] ?? []),
        turn,
      )
    ] ?? 0
  );
};

/** A millisecond is as good as less. */
function timeOf({ firstTokenMs = Infinity }: Sharer): number {
  return Math.max(1, firstTokenMs);
}

/** The faster the more; what is not measured yet counts as the fastest, so that it gets its turn to be measured. */
const bySpeed: ShareOut = (sharers, turn) => {
  const fastest = Math.min(...sharers.map(timeOf));
  return byTurn(sharers, turn, (sharer) =>
    sharer.firstTokenMs === undefined ? 1 : Math.max(LEAST_SPEED, fastest / timeOf(sharer)),
  );
};

/** The ways of sharing out calls among endpoints that are equally well. */
export const SHARE_OUT: Readonly<Record<BalanceStrategy, ShareOut>> = {
  'round-robin': (sharers, turn) => byTurn(sharers, turn),
  'least-busy': byLoad,
  latency: bySpeed,
};
