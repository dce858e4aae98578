import type { CallOutcome } from '../../contracts/models/health.ts';
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
import type { CallBound } from '../../contracts/routing/route-request.ts';
import type { BudgetGuard, BudgetScope } from '../../contracts/usage/budget.ts';
import type { UsageLedger } from '../../contracts/usage/ledger.ts';
import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';
import { costUpperBoundUsd } from '../targets/cost-bound.ts';
import { costOfAttempt } from './cost-of-attempt.ts';
import type { AttemptCost } from './cost-of-attempt.ts';
import { healthOf } from './translate-failure.ts';

/** Where an attempt is written. */
export interface AttemptPorts {
  readonly recorder: DecisionRecorder;
  readonly ledger: UsageLedger;
  readonly budget: BudgetGuard;
  readonly clock: Clock;
  readonly log: Logger;
  mark(targetId: string, outcome: CallOutcome): void;
}

/** What the accounts ask of the operation. */
interface AccountedOperation {
  bound?(): CallBound;
  texts?(): readonly string[];
  answer?(): string;
}

/** What is known when an attempt begins. */
interface AttemptStart {
  readonly id: string;
  readonly ordinal: number;
  readonly decision: RouteDecision;
  readonly step: RouteStep;
  readonly principal: Principal;
  readonly operation: AccountedOperation;
  /** Longest answer that the call is sent with. */
  readonly maxTokens?: number;
  /** Wait for a slot before it. */
  readonly queuedMs?: number;
  readonly onAttempt?: (attempt: AttemptRecord) => void;
}

/** What is known when it has ended. */
interface AttemptFinish {
  readonly outcome: Exclude<AttemptOutcome, 'running'>;
  readonly error?: unknown;
  readonly usage?: TokenUsage;
  readonly repliedModel?: string;
  /** The provider's own figure. */
  readonly costUsd?: number;
}

/** The bound of this very attempt: of what the operation would send, else of what was asked of the decision. */
function boundOf({ step, operation, maxTokens }: AttemptStart): number | undefined {
  const bound = step.locality === 'local' ? undefined : operation.bound?.();
  if (bound === undefined) return step.costUpperBoundUsd;
  const outputTokens = bound.outputTokens ?? maxTokens;
  if (outputTokens === undefined) return step.costUpperBoundUsd;
  return costUpperBoundUsd(step.prices, step.locality, { inputTokens: bound.inputTokens, outputTokens });
}

/**
 * The accounts of one attempt: its record, its row in the ledger with the reservation, and what it says of health.
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
  readonly #boundUsd: number | undefined;
  #ledgerId: string | undefined;
  #firstTokenMs: number | undefined;
  #isFinished = false;

  private constructor(ports: AttemptPorts, start: AttemptStart) {
    this.#ports = ports;
    this.#start = start;
    this.#startedAt = ports.clock.now();
    this.#begunAt = ports.clock.monotonic();
    this.#boundUsd = boundOf(start);
  }

  /** Writes the record, then enters the ledger, which reserves the bound, before anything is sent. */
  static begin(ports: AttemptPorts, start: AttemptStart): AttemptAccount {
    const account = new AttemptAccount(ports, start);
    account.#write({ outcome: 'running' });
    try {
      account.#enter();
    } catch (error) {
      account.finish({ outcome: 'failed', error });
      throw error;
    }
    return account;
  }

  /** Writes down a link that was not let in: nothing was sent and nothing reserved. */
  static refuse(ports: AttemptPorts, start: AttemptStart, error: WoosterError): WoosterError {
    const account = new AttemptAccount(ports, start);
    account.finish({ outcome: error.code === 'E_CANCELLED' ? 'cancelled' : 'failed', error });
    return error;
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
    const cost = wasSent ? costOfAttempt({ ...end, step: this.#start.step, boundUsd: this.#boundUsd }) : undefined;
    if (cost !== undefined) this.#settle(end, cost, totalMs);
    this.#write({
      outcome: end.outcome,
      firstTokenMs: this.#firstTokenMs,
      totalMs,
      error: end.error === undefined ? undefined : { code: code ?? 'E_MALFORMED', message },
      usage: end.usage,
      repliedModel: end.repliedModel,
      ...(cost !== undefined && { ...cost, notices: this.#notices() }),
    });
    // What our own accounts refuse says nothing about the target.
    if (!wasSent) return;
    this.#ports.mark(this.#start.step.targetId, {
      ...healthOf(end),
      firstTokenMs: end.outcome === 'answered' ? this.#firstTokenMs : undefined,
      totalMs,
    });
  }

  #enter(): void {
    const { id, step, decision, principal, operation } = this.#start;
    const { request } = decision;
    this.#ledgerId = this.#ports.ledger.begin({
      attemptId: id,
      decisionId: decision.id,
      principalId: principal.id,
      ref: step.ref,
      targetId: step.targetId,
      locality: step.locality,
      task: request.task,
      purpose: request.purpose,
      project: request.project,
      conversationId: request.conversationId,
      privacy: request.privacy,
      costUpperBoundUsd: this.#boundUsd,
      prompt: () => operation.texts?.() ?? [],
    });
  }

  #settle(end: AttemptFinish, cost: AttemptCost, totalMs: number): void {
    const { operation } = this.#start;
    try {
      this.#ports.ledger.end(this.#ledgerId ?? '', {
        ...cost,
        outcome: end.outcome,
        errorCode: isWoosterError(end.error) ? end.error.code : undefined,
        usage: end.usage,
        firstTokenMs: this.#firstTokenMs,
        totalMs,
        answer: () => operation.answer?.() ?? '',
      });
    } catch (error) {
      // Boundary: the answer is there; a row left open is settled at its bound when the ledger is next opened.
      this.#ports.log.warn('the ledger did not take the end of an attempt', { reason: String(error) });
    }
  }

  /** Soft limits that the call has crossed; money is only spent on clouds. */
  #notices(): readonly string[] | undefined {
    const { step, principal, decision } = this.#start;
    if (step.locality === 'local') return undefined;
    try {
      const notices = this.#ports.budget.takeWarnings(scopeOf(step, principal.id, decision));
      return notices.length === 0 ? undefined : notices;
    } catch (error) {
      // Boundary: the answer is there; that a limit is near can be told with the next one.
      this.#ports.log.warn('the budgets cannot be read', { reason: String(error) });
      return undefined;
    }
  }

  #write(change: Pick<AttemptRecord, 'outcome'> & Partial<AttemptRecord>): void {
    const { id, ordinal, decision, step, queuedMs } = this.#start;
    const record: AttemptRecord = {
      id,
      decisionId: decision.id,
      ordinal,
      ref: step.ref,
      targetId: step.targetId,
      startedAt: this.#startedAt,
      ...(queuedMs !== undefined && { queuedMs }),
      ...change,
    };
    this.#ports.recorder.recordAttempt(record);
    this.#start.onAttempt?.(record);
  }

  #elapsedMs(): number {
    return this.#ports.clock.monotonic() - this.#begunAt;
  }
}

function scopeOf({ ref }: RouteStep, principalId: string, { request }: RouteDecision): BudgetScope {
  const { project, conversationId } = request;
  return { principalId, providerId: ref.slice(0, ref.indexOf(':')), project, conversationId };
}
