/** One that takes turns; a weight above 0. */
interface Turner {
  readonly id: string;
  readonly weight: number;
}

/** So that sums of fractions do not decide. */
const TINY = 1e-9;

/**
 * Weighted turns, spread as evenly as they go. After every turn each has had its exact share to within less than one
 * turn, while who takes part and the weights stay as they are: of those whose share is due, the one goes whose share would
 * first be a whole turn late (R. Tijdeman, The chairman assignment problem, 1980). Who is away neither gains nor loses.
 * The very first turn is drawn by weight, so that many processes do not all begin with the same one; where it did not go
 * to the heaviest, the bound is two turns.
 */
export class WeightedTurn {
  /** 0 to below 1; what the first turn is drawn with. */
  readonly #draw: number;
  /** What each is owed, in turns; negative after more than its share. */
  readonly #owed = new Map<string, number>();

  constructor(draw: number) {
    this.#draw = draw;
  }

  /** Whose turn it is, as a place in the list; the list must not be empty. */
  next(turners: readonly Turner[]): number {
    const total = turners.reduce((sum, { weight }) => sum + weight, 0);
    const owed = turners.map(({ id, weight }) => (this.#owed.get(id) ?? 0) + weight / total);
    const chosen = this.#owed.size === 0 ? drawFirst(turners, this.#draw * total) : choose(turners, owed);
    for (const [place, { id }] of turners.entries()) {
      this.#owed.set(id, (owed[place] ?? 0) - Number(place === chosen));
    }
    return chosen;
  }
}

function drawFirst(turners: readonly Turner[], drawn: number): number {
  let upTo = 0;
  const place = turners.findIndex(({ weight }) => {
    upTo += weight;
    return drawn < upTo;
  });
  return Math.max(0, place);
}

function choose(turners: readonly Turner[], owed: readonly number[]): number {
  const margin = turners.length > 1 ? 1 / (2 * turners.length - 2) : 0;
  let chosen: number | undefined;
  let soonest = Infinity;
  let mostOwed = 0;
  for (const [place, { weight }] of turners.entries()) {
    const share = owed[place] ?? 0;
    if (share > (owed[mostOwed] ?? 0)) mostOwed = place;
    const lateIn = (1 - margin - share) / weight;
    if (share < margin - TINY || lateIn >= soonest - TINY) continue;
    soonest = lateIn;
    chosen = place;
  }
  // Where some came back and others left, nobody need be owed so much.
  return chosen ?? mostOwed;
}
