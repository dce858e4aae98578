import { BudgetExceededError, PrivacyError } from '../../contracts/errors/host-errors.ts';
import { CircuitOpenError, NoRouteError } from '../../contracts/errors/provider-errors.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';
import type { RejectedCandidate, RouteDecision } from '../../contracts/routing/decision.ts';

/** Id of the filter that keeps calls from targets whose breaker is open. */
const BREAKER_FILTER = 'breaker';

/** Id of the filter that keeps a call within the caps on money. */
const BUDGET_FILTER = 'budget';

/** Id of the filter that rejects what could not serve in any case: a provider that is off, a model that is not there. */
const AVAILABILITY_FILTER = 'availability';

/** Those that could have been meant: what is for another task, or is not pinned, is no reason. */
function consideredOf(decision: RouteDecision): readonly RejectedCandidate[] {
  const { pinned, pinnedProvider } = decision.request;
  const isPinned = pinned !== undefined || pinnedProvider !== undefined;
  return decision.rejected.filter(
    ({ reasons }) => !reasons.some(({ filter }) => filter === 'task' || (isPinned && filter === 'pin')),
  );
}

function reasonLines(decision: RouteDecision, considered: readonly RejectedCandidate[]): readonly string[] {
  const { pinned, pinnedProvider } = decision.request;
  if (considered.length > 0) {
    return considered.map(({ targetId, reasons }) => `${targetId}: ${reasons.map(({ text }) => text).join('; ')}`);
  }
  if (pinned !== undefined) return [`${pinned}: no configured provider has it`];
  return [pinnedProvider === undefined ? 'no provider is configured' : `${pinnedProvider}: not configured`];
}

/**
 * Why a decision has no link: PrivacyError when the pinned model is the one that privacy forbids, BudgetExceededError
 * when nothing but caps on money stands in the way, CircuitOpenError when nothing but open breakers does, NoRouteError
 * otherwise, with a line for each candidate.
 */
export function noRoute(decision: RouteDecision): WoosterError {
  const { pinned, task } = decision.request;
  const considered = consideredOf(decision);
  const reasons = reasonLines(decision, considered);
  const isForbidden = considered.some(
    ({ ref, reasons: each }) => ref === pinned && each.some(({ filter }) => filter === 'privacy'),
  );
  if (isForbidden) return new PrivacyError(reasons[0] ?? `${pinned} is forbidden`);
  const shown = reasons.slice(0, 3).join(' | ') + (reasons.length > 3 ? ` | and ${reasons.length - 3} more` : '');
  const what = task === 'embed' ? 'make these embeddings' : 'answer';
  const able = considered.filter(({ reasons: each }) => !each.some(({ filter }) => filter === AVAILABILITY_FILTER));
  const areAllOf = (id: string): boolean =>
    able.length > 0 && able.every(({ reasons: each }) => each.every(({ filter }) => filter === id));
  if (areAllOf(BUDGET_FILTER)) {
    return new BudgetExceededError(`no model may ${what} within the budget: ${shown}`, {
      details: { decisionId: decision.id, reasons },
    });
  }
  if (areAllOf(BREAKER_FILTER)) {
    return new CircuitOpenError(`no model may ${what} now: ${shown} (\`wooster health --breakers\` shows all)`, {
      details: { decisionId: decision.id, reasons },
    });
  }
  return new NoRouteError(`no model may or can ${what}: ${shown} (\`wooster why\` shows all)`, {
    decisionId: decision.id,
    reasons,
  });
}
