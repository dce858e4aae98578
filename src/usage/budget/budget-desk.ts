import { BudgetExceededError } from '../../contracts/errors/host-errors.ts';
import type { Clock, Logger } from '../../contracts/plugins/logger.ts';
import type { BudgetSettings } from '../../contracts/settings/accounts-settings.ts';
import type { Prepare, WorkspaceDatabase } from '../../contracts/state/workspace-database.ts';
import type { BudgetGuard, BudgetScope, BudgetStatus } from '../../contracts/usage/budget.ts';
import { capsFor, leftOf, standingOf, tightestOf, toStatus, type CapStanding } from './applied-caps.ts';
import { fromNanoUsd } from './money.ts';

/** Words for people about a cap. */
export interface BudgetWords {
  /** Why a call is refused; without a bound its price is unknown. */
  refusal(status: BudgetStatus, boundUsd: number | undefined): string;
  /** That a cap is nearly used up. */
  warning(status: BudgetStatus): string;
}

/** What a budget desk is made of. */
interface BudgetDeskParts {
  readonly database: WorkspaceDatabase;
  readonly settings: BudgetSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly words: BudgetWords;
}

const TELL = `INSERT INTO warnings (cap, subject, since, limit_nano) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`;

function warningKey({ cap, subject, since, limit }: CapStanding): readonly [string, string, string, number] {
  return [cap.id, subject, since, limit];
}

/** The caps of the workspace against the sums that the ledger keeps. */
export class BudgetDesk implements BudgetGuard {
  readonly hasCaps: boolean;
  readonly outputTokens: number;
  readonly #parts: BudgetDeskParts;
  /** Told by this process; other processes are told of it by the database. */
  readonly #told = new Set<string>();

  constructor(parts: BudgetDeskParts) {
    this.#parts = parts;
    this.hasCaps = parts.settings.caps.length > 0;
    this.outputTokens = parts.settings.outputTokens;
  }

  status(scope?: BudgetScope): readonly BudgetStatus[] {
    return this.#standings(scope).map(toStatus);
  }

  tightest(scope: BudgetScope): BudgetStatus | undefined {
    const standing = tightestOf(this.#standings(scope));
    return standing === undefined ? undefined : toStatus(standing);
  }

  takeWarnings(scope: BudgetScope): readonly string[] {
    if (!this.hasCaps) return [];
    const { warnAtShare } = this.#parts.settings;
    try {
      const crossed = this.#standings(scope).filter(
        (each) =>
          each.limit > 0 &&
          each.spent + each.reserved >= warnAtShare * each.limit &&
          !this.#told.has(warningKey(each).join('\n')),
      );
      return crossed.length === 0 ? [] : this.#tell(crossed);
    } catch (error) {
      // Boundary: the call has been made, and what refuses the next one says what is wrong.
      this.#parts.log.debug('soft limits could not be read', { error });
      return [];
    }
  }

  /** Throws BudgetExceededError where a call could pass a cap; in the transaction that reserves it. */
  requireRoom(prepare: Prepare, scope: BudgetScope, bound: number | undefined): void {
    const applied = capsFor(this.#parts.settings.caps, scope);
    if (applied.length === 0) return;
    const at = this.#parts.clock.now();
    const standings = applied.map((cap) => standingOf(prepare, cap, at));
    const passed = bound === undefined ? standings : standings.filter((each) => leftOf(each) < bound);
    const tightest = tightestOf(passed);
    if (tightest === undefined) return;
    const status = toStatus(tightest);
    const boundUsd = bound === undefined ? undefined : fromNanoUsd(bound);
    throw new BudgetExceededError(this.#parts.words.refusal(status, boundUsd), {
      details: {
        cap: status.cap.id,
        limitUsd: status.cap.limitUsd,
        spentUsd: status.spentUsd,
        reservedUsd: status.reservedUsd,
        boundUsd,
        resetsAt: status.resetsAt,
      },
    });
  }

  #standings(scope: BudgetScope | undefined): readonly CapStanding[] {
    const { settings, clock, database } = this.#parts;
    const applied = capsFor(settings.caps, scope);
    if (applied.length === 0) return [];
    const at = clock.now();
    const read = database.read((prepare) => applied.map((cap) => standingOf(prepare, cap, at)));
    return read ?? applied.map((cap) => standingOf(undefined, cap, at));
  }

  #tell(crossed: readonly CapStanding[]): readonly string[] {
    const untold = this.#markTold(crossed);
    for (const each of crossed) this.#told.add(warningKey(each).join('\n'));
    return untold.map((each) => this.#parts.words.warning(toStatus(each)));
  }

  /** Those that no process had told; all of them where that cannot be known: better twice than never. */
  #markTold(crossed: readonly CapStanding[]): readonly CapStanding[] {
    try {
      return this.#parts.database.transact((prepare) =>
        crossed.filter((each) => Number(prepare(TELL).run(...warningKey(each)).changes) > 0),
      );
    } catch (error) {
      this.#parts.log.debug('that a soft limit was told could not be written', { error });
      return crossed;
    }
  }
}
