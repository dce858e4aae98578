import type { LedgerAttempt, LedgerOutcome } from '../../src/contracts/usage/ledger.ts';

let attempts = 0;

/** A paid attempt that could cost 0.10 USD. */
export function paidAttempt(change: Partial<LedgerAttempt> = {}): LedgerAttempt {
  attempts += 1;
  return {
    attemptId: `attempt-${attempts}`,
    decisionId: `decision-${attempts}`,
    principalId: 'local',
    ref: 'openai:gpt-x',
    targetId: 'openai/gpt-x',
    locality: 'cloud',
    task: 'chat',
    privacy: 'any',
    costUpperBoundUsd: 0.1,
    ...change,
  };
}

/** An attempt on this machine. */
export function localAttempt(change: Partial<LedgerAttempt> = {}): LedgerAttempt {
  return paidAttempt({
    ref: 'ollama:llama3.2:3b',
    targetId: 'ollama/llama3.2:3b',
    locality: 'local',
    costUpperBoundUsd: 0,
    ...change,
  });
}

/** A paid answer for 0.04 USD. */
export function answered(change: Partial<LedgerOutcome> = {}): LedgerOutcome {
  return {
    outcome: 'answered',
    usage: { inputTokens: 100, outputTokens: 20, isEstimated: false },
    costUsd: 0.04,
    costOrigin: 'prices',
    pricesAsOf: '2026-10-01',
    firstTokenMs: 200,
    totalMs: 1_200,
    ...change,
  };
}

/** An answer of this machine. */
export function answeredLocally(change: Partial<LedgerOutcome> = {}): LedgerOutcome {
  return answered({ costUsd: 0, costOrigin: 'local', pricesAsOf: undefined, ...change });
}
