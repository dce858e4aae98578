import { ProviderTimeoutError, ProviderUnreachableError } from '../../contracts/errors/provider-errors.ts';
import type { TimeoutPhase } from '../../contracts/errors/provider-errors.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';
import type { CallContext, CallLimits } from '../../contracts/models/call-context.ts';
import { parseModelRef } from '../../contracts/models/model-ref.ts';
import type { Provider } from '../../contracts/models/provider.ts';
import type { RouteStep, TokenUsage } from '../../contracts/routing/decision.ts';
import type { RoutedOperation } from '../../contracts/routing/router.ts';
import { LIMIT_ADVICE } from '../../kernel/http/call-clock.ts';
import { limitItems } from '../../resilience/limit-items.ts';
import { linkAbort } from '../../resilience/linked-abort.ts';
import type { AttemptAccount } from './attempt-book.ts';
import { itemLimitsFor } from './call-limits.ts';
import { toContractError, toInterruption } from './translate-failure.ts';

/** One attempt, ready to run. */
export interface AttemptPlan<Item> {
  readonly step: RouteStep;
  readonly provider: Provider | undefined;
  readonly operation: RoutedOperation<Item>;
  readonly call: CallContext;
  readonly account: AttemptAccount;
  /** No link follows, so progress may be shown before there is output. */
  readonly isLast: boolean;
}

/** How an attempt ended: answered, or failed with something or nothing shown. */
export interface AttemptEnd {
  readonly error?: WoosterError;
  readonly hasShown: boolean;
}

/** What one attempt has seen so far. */
class Sighting<Item> {
  readonly held: Item[] = [];
  isOpen = false;
  outputTokens = 0;
  /** Output, and reasoning before it. */
  tokens = 0;
  usage: TokenUsage | undefined;
  repliedModel: string | undefined;
  costUsd: number | undefined;
}

/**
 * Runs one attempt. Items are held back until the first output, so that a switch leaves no trace of the model that
 * failed; where nothing could take over, progress is shown at once, and of a plain call nothing before its end. Leaving
 * the iteration aborts the call and counts as the caller's own abort. Never throws for a failure of the attempt: it is
 * returned.
 */
export async function* runAttempt<Item>(plan: AttemptPlan<Item>): AsyncGenerator<Item, AttemptEnd> {
  const { step, account, operation, call } = plan;
  const sighting = new Sighting<Item>();
  const link = linkAbort(call.signal);
  let error: WoosterError | undefined;
  let isSettled = false;
  try {
    for await (const item of open(plan, { ...call, signal: link.signal })) {
      note(plan, sighting, item);
      if (!sighting.isOpen) continue;
      for (const each of sighting.held.splice(0)) yield each;
    }
    for (const each of sighting.held.splice(0)) yield each;
    isSettled = true;
  } catch (thrown) {
    isSettled = true;
    const failure = toContractError(thrown, step, call.signal);
    error = hasBegun(plan, sighting) ? toInterruption(failure, step, sighting.outputTokens) : failure;
  } finally {
    // A call that ended by itself is left alone, so that its connection can serve the next one.
    if (!isSettled || error !== undefined) link.abort();
    await link.dispose();
    const usage = sighting.usage ?? (sighting.tokens > 0 ? operation.estimate?.() : undefined);
    const outcome = outcomeOf(error, isSettled, hasBegun(plan, sighting));
    const { repliedModel, costUsd } = sighting;
    account.finish({ outcome, error, usage, repliedModel, costUsd });
  }
  return { error, hasShown: sighting.isOpen };
}

/** The caller has seen output, so that a failure from here on is an interruption. */
function hasBegun<Item>({ operation }: AttemptPlan<Item>, sighting: Sighting<Item>): boolean {
  return operation.isWhole !== true && sighting.outputTokens > 0;
}

function outcomeOf(
  error: WoosterError | undefined,
  isSettled: boolean,
  hasOutput: boolean,
): 'answered' | 'failed' | 'interrupted' | 'cancelled' {
  if (!isSettled || error?.code === 'E_CANCELLED') return 'cancelled';
  if (error === undefined) return 'answered';
  return hasOutput ? 'interrupted' : 'failed';
}

function open<Item>(plan: AttemptPlan<Item>, call: CallContext): AsyncGenerator<Item> {
  const { step, provider, operation } = plan;
  const parsed = parseModelRef(step.ref);
  if (provider === undefined || parsed === undefined) {
    throw new ProviderUnreachableError(`${step.targetId}: its provider is no longer there`, {
      targetId: step.targetId,
    });
  }
  return limitItems(operation.run(provider, parsed.modelId, call), {
    limits: itemLimitsFor(call.limits, step.locality, operation.isStreamed === true),
    signal: call.signal,
    tokensIn: (item) => tokensIn(operation, item),
    onLimit: (phase, limitMs) => limitError({ step, limits: call.limits }, phase, limitMs),
  });
}

function limitError(
  { step, limits }: { readonly step: RouteStep; readonly limits: CallLimits },
  phase: TimeoutPhase,
  limitMs: number,
): ProviderTimeoutError {
  const passed =
    phase === 'throughput'
      ? `fewer than ${limits.minTokensPerSecond} tokens a second (routing.limits.minTokensPerSecond) over ${limitMs} ms (routing.limits.throughputWindowMs)`
      : `the ${phase} limit of ${limitMs} ms passed`;
  return new ProviderTimeoutError(`${step.targetId}: ${passed}; ${LIMIT_ADVICE[phase]}`, {
    phase,
    limitMs,
    targetId: step.targetId,
  });
}

/** Output and progress count as one token at least, and nothing else does. */
function tokensIn<Item>(operation: RoutedOperation<Item>, item: Item): number {
  if (!operation.isOutput(item) && operation.isProgress?.(item) !== true) return 0;
  return Math.max(1, operation.tokensIn?.(item) ?? 1);
}

function note<Item>({ operation, account, isLast }: AttemptPlan<Item>, sighting: Sighting<Item>, item: Item): void {
  const seen = operation.observe?.(item);
  sighting.usage = seen?.usage ?? sighting.usage;
  sighting.repliedModel = seen?.repliedModel ?? sighting.repliedModel;
  sighting.costUsd = seen?.costUsd ?? sighting.costUsd;
  sighting.held.push(item);
  const tokens = tokensIn(operation, item);
  if (tokens === 0) return;
  sighting.tokens += tokens;
  const isOutput = operation.isOutput(item);
  if (isOutput) sighting.outputTokens += tokens;
  if (operation.isStreamed === true) account.firstToken();
  if (operation.isWhole !== true && (isOutput || isLast)) sighting.isOpen = true;
}
