import { IDS_A_MILLISECOND } from './call-rows.ts';

/** A clock is corrected by less; one that is set back further is followed. */
const CORRECTION_MS = 1_000;

/**
 * Ids of the calls of one process: each is of the millisecond in which its call began and above those of the calls
 * before it, so that rows stand in the order of the calls. Those of several processes begin apart.
 */
export class CallIds {
  #sequence = process.getBuiltinModule('node:crypto').randomInt(IDS_A_MILLISECOND);
  #last = -Infinity;

  /** One for a call that begins in the millisecond of that first id. */
  next(firstOfMillisecond: number): number {
    this.#sequence = (this.#sequence + 1) % IDS_A_MILLISECOND;
    const id = firstOfMillisecond + this.#sequence;
    const isCorrection = id <= this.#last && this.#last - id < CORRECTION_MS * IDS_A_MILLISECOND;
    this.#last = isCorrection ? this.#last + 1 : id;
    return this.#last;
  }
}
