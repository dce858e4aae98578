import { serverOfTarget } from 'wooster';

/** One use of a model, of any process. */
export interface ModelUse {
  readonly targetId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The model was not in memory when the use began, although another of its server was. */
  readonly wasAbsent: boolean;
}

/** Two models of one server that put each other out of memory. */
export interface EvictionPair {
  readonly serverId: string;
  /** Target ids, sorted. */
  readonly targets: readonly [string, string];
  /** How often one was put out for the other and that one for it again. */
  readonly swaps: number;
}

/** Time over which swaps are counted. */
export const WINDOW_MS = 10 * 60_000;

/** Fewer may be chance. */
const LEAST_SWAPS = 2;

interface Turn {
  readonly from: string;
  readonly to: string;
}

/**
 * Pairs of models of one server that were used in turn within the window, each use finding its model put out. A swap is
 * full when both have taken the place of the other; a use that finds its model in memory begins the count anew.
 */
export function findEvictions(uses: readonly ModelUse[], now: number): readonly EvictionPair[] {
  const recent = uses.filter(({ at }) => at > now - WINDOW_MS).toSorted((left, right) => left.at - right.at);
  const byServer = Map.groupBy(recent, ({ targetId }) => serverOfTarget(targetId));
  return [...byServer].flatMap(([serverId, ofServer]) =>
    [...swapsOf(ofServer)].flatMap(([key, swaps]) => {
      const targets = JSON.parse(key) as [string, string];
      return swaps < LEAST_SWAPS ? [] : [{ serverId, targets, swaps }];
    }),
  );
}

/** The most full swaps in a row, by the pair as JSON. */
function swapsOf(uses: readonly ModelUse[]): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  const running = new Map<string, { last: Turn; swaps: number }>();
  for (const [index, use] of uses.entries()) {
    const before = uses[index - 1];
    if (before === undefined || before.targetId === use.targetId) continue;
    const turn = { from: before.targetId, to: use.targetId };
    const key = JSON.stringify([turn.from, turn.to].toSorted());
    if (!use.wasAbsent) {
      running.delete(key);
      continue;
    }
    const known = running.get(key);
    const isBack = known !== undefined && known.last.from === turn.to;
    const swaps = isBack ? known.swaps + 1 : 0;
    running.set(key, { last: turn, swaps });
    most.set(key, Math.max(most.get(key) ?? 0, swaps));
  }
  return most;
}
