import { InternalError } from '../../contracts/errors/host-errors.ts';
import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import type {
  LedgerAttempt,
  LedgerOutcome,
  LedgerQuery,
  LedgerRow,
  UsageLedger,
} from '../../contracts/usage/ledger.ts';
import type { UsageQuery, UsageSummary } from '../../contracts/usage/usage-summary.ts';
import type { BudgetDesk } from '../budget/budget-desk.ts';
import { CallIds } from './rows/call-ids.ts';
import { knownEnd, priceEnd, type KnownEnd } from './rows/call-end.ts';
import { endCall, findOpen, insertCall, type CallStart } from './rows/call-rows.ts';
import { startOfCall } from './rows/call-start.ts';
import { Housekeeping, type HousekeepingParts } from './housekeeping.ts';
import { readCalls } from './read-calls.ts';
import { NO_CALLS, summarizeCalls } from './summarize-calls.ts';
import { TextKeeper } from './text-keeper.ts';
import { WaitingCalls } from './waiting-calls.ts';

/** What a usage book is made of. */
interface UsageBookParts extends HousekeepingParts {
  readonly budget: BudgetDesk;
}

/** After a wait for another process that did not end, free calls do not wait again for so long. */
const NO_WAIT_MS = 10_000;

/**
 * The ledger in the usage database. A paid call is written or refused; a free one is written, or kept in memory until
 * there is room again.
 *
 * | row               | begin              | end                                   | its process dies       |
 * |-------------------|--------------------|---------------------------------------|------------------------|
 * | open              | -                  | -> ended, reservation becomes cost    | -> abandoned, at bound |
 * | abandoned         | -                  | -> ended, its figure replaces the bound| -                     |
 * | ended             | -                  | throws                                | -                      |
 * | open, in memory   | -                  | written whole when there is room      | lost, it cost nothing  |
 * | open, end waiting | -                  | throws; the end is written before the next write | -> abandoned, at bound |
 */
export class UsageBook implements UsageLedger {
  readonly #parts: UsageBookParts;
  readonly #texts: TextKeeper;
  readonly #housekeeping: Housekeeping;
  readonly #waiting = new WaitingCalls();
  readonly #ids = new CallIds();
  #quietUntil = -Infinity;
  #isInTrouble = false;

  constructor(parts: UsageBookParts) {
    this.#parts = parts;
    this.#texts = new TextKeeper(parts.database, parts.settings.texts);
    this.#housekeeping = new Housekeeping(parts);
  }

  begin(attempt: LedgerAttempt): string {
    const { clock, owner } = this.#parts;
    const { prompt: read } = attempt;
    const prompt = this.#texts.keep(read === undefined ? undefined : () => read().join('\n\n'));
    const start = startOfCall(attempt, { at: clock.now(), owner: owner.id, prompt });
    if (start.bound !== 0) {
      this.#housekeeping.lookForAbandoned();
      return this.#insert(start);
    }
    if (this.#mayWait()) {
      try {
        return this.#insert(start);
      } catch (error) {
        this.#tellTrouble(error);
      }
    }
    return this.#waiting.begin({ ...start, id: this.#ids.next(start.id) });
  }

  end(id: string, outcome: LedgerOutcome): void {
    if (this.#waiting.hasEnd(id)) throw notOpen(id);
    const end = knownEnd(outcome, this.#texts.keep(outcome.answer));
    if (this.#waiting.isOpen(id)) {
      this.#waiting.finish(id, end);
      if (this.#mayWait()) this.#tryToWriteWaiting();
      return;
    }
    if (!this.#mayWait()) this.#waiting.keepEnd(id, end);
    else if (!this.#write(id, end)) throw notOpen(id);
  }

  query(query: LedgerQuery): readonly LedgerRow[] {
    this.#bringUpToDate();
    return this.#parts.database.read((prepare) => readCalls(prepare, query)) ?? [];
  }

  summarize(query: UsageQuery, by: UsageSummary['by'] = 'all'): readonly UsageSummary[] {
    this.#bringUpToDate();
    const found = this.#parts.database.read((prepare) => summarizeCalls(prepare, query, by));
    return found ?? (by === 'all' ? [NO_CALLS] : []);
  }

  /** Settles what dead processes left open; how many calls. */
  settleAbandoned(): number {
    return this.#housekeeping.settleAbandoned();
  }

  /** Writes what still waits, where the database takes it. */
  dispose(): void {
    this.#housekeeping.dispose();
    this.#tryToWriteWaiting();
  }

  #insert(start: CallStart): string {
    const { database, budget } = this.#parts;
    this.#writeWaiting();
    const id = database.transact((prepare) => {
      if (start.bound !== 0) budget.requireRoom(prepare, start, start.bound);
      return insertCall(prepare, { ...start, id: this.#ids.next(start.id) });
    });
    this.#tellWritten();
    this.#housekeeping.countCall();
    return String(id);
  }

  /** False for an id that is not open; what the database does not take waits. */
  #write(id: string, end: KnownEnd): boolean {
    try {
      this.#writeWaiting();
      const isFound = this.#parts.database.transact((prepare) => {
        const call = findOpen(prepare, Number(id));
        if (call === undefined) return false;
        endCall(prepare, Number(id), { call, end: priceEnd(end, call) });
        return true;
      });
      this.#tellWritten();
      return isFound;
    } catch (error) {
      if (error instanceof InternalError) throw error;
      this.#waiting.keepEnd(id, end);
      this.#tellTrouble(error);
      return true;
    }
  }

  #writeWaiting(): void {
    if (this.#waiting.isEmpty) return;
    try {
      this.#parts.database.transact((prepare) => this.#waiting.write(prepare));
    } catch (error) {
      if (!(error instanceof InternalError)) throw error;
      // A row that no database would take must not hold up all others.
      this.#parts.log.error('calls that were kept in memory are lost: the ledger does not take them', { error });
    }
    this.#waiting.forget();
  }

  #tryToWriteWaiting(): void {
    try {
      this.#writeWaiting();
    } catch (error) {
      this.#tellTrouble(error);
    }
  }

  #bringUpToDate(): void {
    if (this.#mayWait()) this.#tryToWriteWaiting();
    this.#housekeeping.lookForAbandoned();
  }

  /** False shortly after a wait for another process in vain: what costs nothing must not stand still. */
  #mayWait(): boolean {
    return this.#parts.clock.monotonic() >= this.#quietUntil;
  }

  #tellTrouble(error: unknown): void {
    const { clock, log } = this.#parts;
    if (isWoosterError(error) && error.code === 'E_STORE_LOCKED') this.#quietUntil = clock.monotonic() + NO_WAIT_MS;
    if (this.#isInTrouble) return;
    this.#isInTrouble = true;
    const reason = error instanceof Error ? error.message : String(error);
    log.warn(`${reason}; calls of local models and ends of calls are kept in memory until it can be written`);
  }

  #tellWritten(): void {
    if (!this.#isInTrouble) return;
    this.#isInTrouble = false;
    this.#parts.log.info('the ledger is written again', { dropped: this.#waiting.dropped });
  }
}

function notOpen(id: string): InternalError {
  return new InternalError(`the ledger has no open call ${id}: it has ended, or never began`);
}
