import { ContextTooLongError } from '../../contracts/errors/provider-errors.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';
import type { RouteDecision, RouteStep } from '../../contracts/routing/decision.ts';

/** Room kept for the answer when the caller sets no maximum. */
export const RESERVED_ANSWER_TOKENS = 256;

/** An overflow: who told of it, and of which call. */
interface Overflow {
  readonly error: WoosterError;
  readonly step: RouteStep;
  readonly decision: RouteDecision;
  /** Longest answer that the caller asked for. */
  readonly maxTokens: number | undefined;
}

/**
 * Tokens of window that a model needs to do better than the one that overflowed: more than that one has, and room for
 * the tokens that its server counted and for the answer. What the server did not tell is bounded above by our own
 * estimate; where nothing is known no window is large enough.
 */
export function neededWindow({ error, step, decision, maxTokens }: Overflow): number {
  const told = error instanceof ContextTooLongError ? error : undefined;
  const limit = told?.limitTokens ?? step.contextTokens;
  const isChat = decision.request.task === 'chat';
  const reserved = isChat ? (maxTokens ?? RESERVED_ANSWER_TOKENS) : 0;
  const estimate = isChat ? decision.request.needs.contextTokens : undefined;
  const counted = told?.actualTokens === undefined ? estimate : told.actualTokens + reserved;
  if (limit === undefined && counted === undefined) return Infinity;
  return Math.max(1 + (limit ?? 0), counted ?? 0);
}

const format = new Intl.NumberFormat('en-US');

/** The overflow of a call for which no larger window is left, with both figures as far as they are known. */
export function noLargerWindow(overflow: Overflow, needed: number): WoosterError {
  const { error, step, decision } = overflow;
  if (!(error instanceof ContextTooLongError)) return error;
  const limitTokens = error.limitTokens ?? step.contextTokens;
  const windows = decision.chain.map(({ targetId, contextTokens }) =>
    targetId === step.targetId ? limitTokens : contextTokens,
  );
  const largest = Math.max(0, ...windows.filter((window) => window !== undefined));
  const isCounted = error.actualTokens !== undefined;
  const size = Number.isFinite(needed) ? `${isCounted ? '' : 'up to '}${format.format(needed)} tokens` : 'more';
  const window = largest === 0 ? 'none of the windows is known' : `the largest window is ${format.format(largest)}`;
  const what = decision.request.task === 'chat' ? 'the conversation and its answer need' : 'the input needs';
  return new ContextTooLongError(
    `${step.targetId}: ${what} ${size} and ${window}; shorten it, or choose a model with a larger context`,
    {
      cause: error,
      targetId: step.targetId,
      limitTokens,
      actualTokens: error.actualTokens,
      details: { neededTokens: Number.isFinite(needed) ? needed : undefined, largestWindowTokens: largest },
    },
  );
}
