import { parseModelRef } from '../../../contracts/models/model-ref.ts';
import type { LedgerAttempt } from '../../../contracts/usage/ledger.ts';
import { dayOf } from '../../budget/calendar.ts';
import { toNanoUsd } from '../../budget/money.ts';
import { IDS_A_MILLISECOND, type CallStart } from './call-rows.ts';
import type { HiddenText } from '../text-keeper.ts';

/** What of a start the attempt does not tell. */
interface StartFacts {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly owner: string;
  readonly prompt: HiddenText | undefined;
}

/** What is reserved: nothing for a model of this machine, and nothing that can be reckoned with where it is no number. */
function boundOf({ locality, costUpperBoundUsd }: LedgerAttempt): number | undefined {
  if (locality === 'local') return 0;
  const isKnown = costUpperBoundUsd !== undefined && Number.isFinite(costUpperBoundUsd);
  return isKnown ? toNanoUsd(costUpperBoundUsd) : undefined;
}

/** An attempt as it is written; the id is the first of its millisecond. */
export function startOfCall(attempt: LedgerAttempt, { at, owner, prompt }: StartFacts): CallStart {
  return {
    id: Math.max(0, Math.floor(at)) * IDS_A_MILLISECOND,
    day: dayOf(at),
    attemptId: attempt.attemptId,
    decisionId: attempt.decisionId,
    principalId: attempt.principalId,
    providerId: parseModelRef(attempt.ref)?.providerId ?? attempt.ref,
    ref: attempt.ref,
    targetId: attempt.targetId,
    locality: attempt.locality,
    task: attempt.task,
    purpose: attempt.purpose,
    project: attempt.project,
    conversationId: attempt.conversationId,
    privacy: attempt.privacy,
    bound: boundOf(attempt),
    owner,
    prompt,
  };
}
