import type { CallOutcome } from '../../contracts/models/health.ts';
import type { ModelInfo } from '../../contracts/models/model-info.ts';
import type { Clock, Logger } from '../../contracts/plugins/logger.ts';
import type { Principal } from '../../contracts/plugins/principal.ts';
import type {
  AttemptOutcome,
  AttemptRecord,
  DecisionRecorder,
  RouteDecision,
  RouteStep,
  TokenUsage,
} from '../../contracts/routing/decision.ts';
import type { BudgetGuard, BudgetReservation, UsageLedger } from '../../contracts/usage/ledger.ts';
import { BusyError, ProviderTimeoutError, RateLimitedError } from '../../contracts/errors/provider-errors.ts';
import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import { costOfUsage } from '../targets/cost-bound.ts';
import { isConnectionLost } from './translate-failure.ts';

/** Where an attempt is written. */
export interface AttemptPorts {
  readonly recorder: DecisionRecorder;
  readonly ledger: UsageLedger;
  readonly budget: BudgetGuard;
  readonly clock: Clock;
  readonly log: Logger;
  mark(targetId: string, outcome: CallOutcome): void;
  modelOf(step: RouteStep): Pick<ModelInfo, 'prices'> | undefined;
}

/** What is known when an attempt begins. */
interface AttemptStart {
  readonly id: string;
  readonly ordinal: number;
  readonly decision: RouteDecision;
  readonly step: RouteStep;
  readonly principal: Principal;
  readonly onAttempt?: (attempt: AttemptRecord) => void;
}

/** What is known when it has ended. */
interface AttemptFinish {
  readonly outcome: Exclude<AttemptOutcome, 'running'>;
  readonly error?: unknown;
  readonly usage?: TokenUsage;
  readonly repliedModel?: string;
}

const HEALTH_KINDS: Readonly<Record<Exclude<AttemptOutcome, 'running'>, CallOutcome['kind']>> = {
  answered: 'answered',
  failed: 'failed',
  interrupted: 'failed',
  cancelled: 'cancelled',
};

/**
 * What the end of an attempt says about its target. A limit that passes counts as one whether or not output had begun:
 * it costs the next caller as much.
 */
function healthOf({ outcome, error }: AttemptFinish): Omit<CallOutcome, 'totalMs' | 'firstTokenMs'> {
  const kind = HEALTH_KINDS[outcome];
  if (!isWoosterError(error)) return { kind };
  const limit = error.cause instanceof ProviderTimeoutError ? error.cause : undefined;
  const isLimited = error instanceof RateLimitedError || error instanceof BusyError;
  return {
    kind: isLimited ? 'limited' : kind,
    code: error.code === 'E_INTERRUPTED' ? (limit?.code ?? error.code) : error.code,
    message: error.message,
    retryAfterMs: isLimited ? error.retryAfterMs : undefined,
    isConnectionLost: isConnectionLost(error),
  };
}

/**
 * The accounts of one attempt: its record, its row in the ledger, its part of the budget and what it says of health.
 *
 * | state   | begin                                   | firstToken   | finish                    |
 * |---------|-----------------------------------------|--------------|---------------------------|
 * | new     | -> running, or throws and stays written | -            | -                         |
 * | running | -                                       | time is kept | -> finished, once         |
 * | finished| -                                       | ignored      | ignored                   |
 */
export class AttemptAccount {
  readonly #ports: AttemptPorts;
  readonly #start: AttemptStart;
  readonly #startedAt: number;
  readonly #begunAt: number;
  #ledgerId: string | undefined;
  #reservation: BudgetReservation | undefined;
  #firstTokenMs: number | undefined;
  #isFinished = false;

  private constructor(ports: AttemptPorts, start: AttemptStart) {
    this.#ports = ports;
    this.#start = start;
    this.#startedAt = ports.clock.now();
    this.#begunAt = ports.clock.monotonic();
  }

  /** Reserves, enters the ledger and writes the record, in this order, all before anything is sent. */
  static begin(ports: AttemptPorts, start: AttemptStart): AttemptAccount {
    const account = new AttemptAccount(ports, start);
    const { step, decision, principal } = start;
    account.#write({ outcome: 'running' });
    try {
      const bound = step.costUpperBoundUsd;
      if (bound !== undefined && bound > 0) account.#reservation = ports.budget.reserve(bound, principal.id);
      account.#ledgerId = ports.ledger.begin({
        attemptId: start.id,
        decisionId: decision.id,
        principalId: principal.id,
        ref: step.ref,
        targetId: step.targetId,
        task: decision.request.task,
        costUpperBoundUsd: bound,
      });
    } catch (error) {
      account.finish({ outcome: 'failed', error });
      throw error;
    }
    return account;
  }

  firstToken(): void {
    this.#firstTokenMs ??= this.#elapsedMs();
  }

  finish(end: AttemptFinish): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    const totalMs = this.#elapsedMs();
    const code = isWoosterError(end.error) ? end.error.code : undefined;
    const message = end.error instanceof Error ? end.error.message : String(end.error);
    const wasSent = this.#ledgerId !== undefined;
    this.#settle(end, totalMs);
    this.#write({
      outcome: end.outcome,
      firstTokenMs: this.#firstTokenMs,
      totalMs,
      error: end.error === undefined ? undefined : { code: code ?? 'E_MALFORMED', message },
      usage: end.usage,
      repliedModel: end.repliedModel,
    });
    // What our own accounts refuse says nothing about the target.
    if (!wasSent) return;
    this.#ports.mark(this.#start.step.targetId, {
      ...healthOf(end),
      firstTokenMs: end.outcome === 'answered' ? this.#firstTokenMs : undefined,
      totalMs,
    });
  }

  #settle(end: AttemptFinish, totalMs: number): void {
    const { step } = this.#start;
    const costUsd = costOfUsage(this.#ports.modelOf(step), step.locality, end.usage);
    // Without a count of tokens the reserved bound is what may have been spent, unless nothing was sent at all.
    if (this.#ledgerId === undefined) this.#reservation?.release();
    else this.#reservation?.settle(costUsd ?? step.costUpperBoundUsd ?? 0);
    if (this.#ledgerId === undefined) return;
    try {
      this.#ports.ledger.end(this.#ledgerId, { outcome: end.outcome, usage: end.usage, costUsd, totalMs });
    } catch (error) {
      // Boundary: the answer is there; a row left open is settled at its bound when the ledger is next opened.
      this.#ports.log.warn('the ledger did not take the end of an attempt', { reason: String(error) });
    }
  }

  #write(change: Pick<AttemptRecord, 'outcome'> & Partial<AttemptRecord>): void {
    const { id, ordinal, decision, step } = this.#start;
    const record: AttemptRecord = {
      id,
      decisionId: decision.id,
      ordinal,
      ref: step.ref,
      targetId: step.targetId,
      startedAt: this.#startedAt,
      ...change,
    };
    this.#ports.recorder.recordAttempt(record);
    this.#start.onAttempt?.(record);
  }

  #elapsedMs(): number {
    return this.#ports.clock.monotonic() - this.#begunAt;
  }
}
