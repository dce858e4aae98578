import type { Clock } from '../../contracts/plugins/logger.ts';

/** Runs in a row that were left behind, over all turns, after which a tool rests. */
const LATE_RUNS = 3;

/** How long it rests. */
const REST_MS = 300_000;

interface LateTool {
  readonly count: number;
  readonly lastAt: number;
}

/**
 * Tools of this process that took too long again and again, each of which held up a turn until its limit.
 *
 * | state   | late run               | run that ends   | five minutes later |
 * |---------|------------------------|-----------------|--------------------|
 * | counted | counted; third resting | forgotten       | -                  |
 * | resting | -                      | -               | one late run rests |
 */
export class ToolRest {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #late = new Map<string, LateTool>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Whether the tool is not to be offered now. */
  isResting(tool: string): boolean {
    const late = this.#late.get(tool);
    return late !== undefined && late.count >= LATE_RUNS && this.#clock.monotonic() - late.lastAt < REST_MS;
  }

  /** A run was left behind at its limit. */
  noteLate(tool: string): void {
    const count = (this.#late.get(tool)?.count ?? 0) + 1;
    this.#late.set(tool, { count, lastAt: this.#clock.monotonic() });
  }

  /** A run ended by itself. */
  noteEnd(tool: string): void {
    this.#late.delete(tool);
  }
}
