import { ProviderTimeoutError, ProviderUnreachableError } from '../../contracts/errors/provider-errors.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';
import type { CallContext } from '../../contracts/models/call-context.ts';
import { parseModelRef } from '../../contracts/models/model-ref.ts';
import type { Provider } from '../../contracts/models/provider.ts';
import type { RouteStep, TokenUsage } from '../../contracts/routing/decision.ts';
import type { RoutedOperation } from '../../contracts/routing/router.ts';
import { limitItems } from '../../resilience/limit-items.ts';
import { linkAbort } from '../../resilience/linked-abort.ts';
import type { AttemptAccount } from './attempt-book.ts';
import { itemLimitsFor } from './call-limits.ts';
import { toContractError, toInterruption } from './translate-failure.ts';

/** One attempt, ready to run. */
interface AttemptPlan<Item> {
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
  outputItems = 0;
  usage: TokenUsage | undefined;
  repliedModel: string | undefined;
}

/**
 * Runs one attempt. Items are held back until the first output, so that a switch leaves no trace of the model that
 * failed; where nothing could take over, progress is shown at once. Leaving the iteration aborts the call and counts
 * as the caller's own abort. Never throws for a failure of the attempt: it is returned.
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
      yield* sighting.held.splice(0);
    }
    yield* sighting.held.splice(0);
    isSettled = true;
  } catch (thrown) {
    isSettled = true;
    const failure = toContractError(thrown, step, call.signal);
    error = sighting.outputItems > 0 ? toInterruption(failure, step, sighting.outputItems) : failure;
  } finally {
    // A call that ended by itself is left alone, so that its connection can serve the next one.
    if (!isSettled || error !== undefined) link.abort();
    await link.dispose();
    const usage = sighting.usage ?? (sighting.outputItems > 0 ? operation.estimate?.() : undefined);
    const outcome = outcomeOf(error, isSettled, sighting.outputItems > 0);
    account.finish({ outcome, error, usage, repliedModel: sighting.repliedModel });
  }
  return { error, hasShown: sighting.isOpen };
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
    onLimit: (phase, limitMs) =>
      new ProviderTimeoutError(`${step.targetId}: nothing came within ${limitMs} ms (${phase} limit)`, {
        phase,
        limitMs,
        targetId: step.targetId,
      }),
  });
}

function note<Item>({ operation, account, isLast }: AttemptPlan<Item>, sighting: Sighting<Item>, item: Item): void {
  const seen = operation.observe?.(item);
  sighting.usage = seen?.usage ?? sighting.usage;
  sighting.repliedModel = seen?.repliedModel ?? sighting.repliedModel;
  sighting.held.push(item);
  const isOutput = operation.isOutput(item);
  const isProgress = operation.isProgress?.(item) === true;
  if (isOutput) sighting.outputItems += 1;
  if (operation.isStreamed === true && (isOutput || isProgress)) account.firstToken();
  if (isOutput || (isLast && isProgress)) sighting.isOpen = true;
}
