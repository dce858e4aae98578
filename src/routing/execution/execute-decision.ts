import { CancelledError } from '../../contracts/errors/host-errors.ts';
import {
  BusyError,
  CapabilityError,
  ContextTooLongError,
  RateLimitedError,
} from '../../contracts/errors/provider-errors.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';
import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import type { CallContext, CallLimits } from '../../contracts/models/call-context.ts';
import type { ModelCapability } from '../../contracts/models/model-info.ts';
import type { CloudPermit, PermitOffice } from '../../contracts/models/permit.ts';
import type { PrivacyPolicy } from '../../contracts/privacy/privacy-policy.ts';
import type { RouteDecision, RouteStep } from '../../contracts/routing/decision.ts';
import type { ExecuteOptions, RoutedOperation } from '../../contracts/routing/router.ts';
import type { RoutingSettings } from '../../contracts/settings/settings.ts';
import { pause } from '../../resilience/pause.ts';
import { makeShortId } from '../short-id.ts';
import type { ProviderInstance } from '../../contracts/models/provider.ts';
import { admit } from './admit.ts';
import { AttemptAccount } from './attempt-book.ts';
import type { AttemptPorts } from './attempt-book.ts';
import { answerThroughCache } from './cached-answer.ts';
import type { CachedAnswerPorts } from './cached-answer.ts';
import { callLimitsFor } from './call-limits.ts';
import { Itinerary, retryAfterOf } from './itinerary.ts';
import type { ItineraryPorts } from './itinerary.ts';
import { noLargerWindow } from './needed-window.ts';
import { noRoute } from './no-route.ts';
import { runAttempt } from './run-attempt.ts';
import type { AttemptEnd, AttemptPlan } from './run-attempt.ts';
import { toContractError } from './translate-failure.ts';

/** What a failure teaches about a target, besides its health. */
interface Lesson {
  readonly lacks?: ModelCapability;
  readonly contextTokens?: number;
  readonly isListStale?: boolean;
}

/** What the loop needs besides the accounts of each attempt. */
export interface ExecutionPorts extends AttemptPorts, ItineraryPorts, CachedAnswerPorts {
  readonly routing: Pick<RoutingSettings, 'limits' | 'failover'>;
  readonly permits: PermitOffice;
  readonly privacy: PrivacyPolicy;
  findTarget(targetId: string): ProviderInstance | undefined;
  onAnswered(decision: RouteDecision, step: RouteStep): void;
  onFailed(step: RouteStep, lesson: Lesson): void;
}

/** One decision being executed. */
interface Execution<Item> {
  readonly decision: RouteDecision;
  readonly operation: RoutedOperation<Item>;
  readonly options: ExecuteOptions;
  readonly ports: ExecutionPorts;
}

/** One attempt of an execution. */
interface Attempt {
  readonly id: string;
  readonly step: RouteStep;
  readonly ordinal: number;
  readonly isLast: boolean;
  readonly instance: ProviderInstance | undefined;
  readonly limits: CallLimits;
}

/**
 * The one attempt loop, for every capability: answers from the cache where that may be, else tries the links of a decision as the row of each error allows. Ends with
 * the answer, or by throwing the last error; each attempt has one record. A link that privacy or the accounts do not let
 * in is passed over, and nothing is sent. An empty chain throws NoRouteError, CircuitOpenError when only open breakers
 * are in the way, BudgetExceededError when only caps are, or PrivacyError when the pinned model is forbidden.
 */
export function executeDecision<Item>(execution: Execution<Item>): AsyncGenerator<Item> {
  return answerThroughCache(execution, tryLinks);
}

async function* tryLinks<Item>(execution: Execution<Item>): AsyncGenerator<Item> {
  const { decision, ports, options } = execution;
  const itinerary = new Itinerary(decision, ports);
  let index = itinerary.first();
  for (let ordinal = 0; ; ordinal += 1) {
    const step = index === undefined ? undefined : decision.chain[index];
    if (index === undefined || step === undefined) throw noRoute(decision);
    if (options.signal.aborted) throw new CancelledError();
    const attempt = prepare(execution, { step, ordinal, isLast: !itinerary.hasOthers });
    const entered = await enter(execution, attempt);
    if (isWoosterError(entered)) {
      index = itinerary.passOver();
      if (index === undefined) throw entered;
      continue;
    }
    const { error, hasShown }: AttemptEnd = yield* runPermitted(ports, entered);
    if (error === undefined) {
      ports.onAnswered(decision, step);
      return;
    }
    ports.onFailed(step, lessonOf(error));
    const { limits } = attempt;
    const { maxTokens } = options.parameters;
    const leg = itinerary.after(index, { error, hasShown, limits, maxTokens, now: ports.clock.monotonic() });
    if (leg === undefined) {
      throw finalError({ error, step, decision, maxTokens }, hasShown ? 0 : itinerary.neededTokens);
    }
    if (leg.afterMs > 0) await pause(leg.afterMs, options.signal);
    index = leg.index;
  }
}

function prepare<Item>(
  { operation, options, ports }: Execution<Item>,
  place: Pick<Attempt, 'step' | 'ordinal' | 'isLast'>,
): Attempt {
  const instance = ports.findTarget(place.step.targetId);
  const limits = callLimitsFor({
    settings: ports.routing.limits,
    entry: instance?.entry,
    asked: options.limits,
    isPlain: operation.isStreamed !== true || operation.isWhole === true,
  });
  return { ...place, id: makeShortId(ports.clock.now()), instance, limits };
}

/** Opens the accounts of an attempt, once it is let in; the error with which it is not. */
async function enter<Item>(
  { decision, operation, options, ports }: Execution<Item>,
  { id, step, ordinal, isLast, instance, limits }: Attempt,
): Promise<AttemptPlan<Item> | WoosterError> {
  const { principal, signal, onAttempt } = options;
  const maxTokens = leastOf(options.parameters.maxTokens, step.outputLimitTokens);
  const start = { id, ordinal, decision, step, principal, operation, maxTokens, onAttempt };
  let redact: CallContext['redact'];
  try {
    ({ redact } = await admit({ decision, step, operation, options, privacy: ports.privacy }));
  } catch (error) {
    return AttemptAccount.refuse(ports, start, toContractError(error, step, signal));
  }
  try {
    const account = AttemptAccount.begin(ports, start);
    const parameters = maxTokens === undefined ? options.parameters : { ...options.parameters, maxTokens };
    const call = {
      parameters,
      limits,
      principal,
      attemptId: id,
      signal,
      redact,
      permit: permitOf(ports, decision, step),
    };
    return { step, provider: instance?.provider, operation, call, account, isLast };
  } catch (error) {
    return toContractError(error, step, signal);
  }
}

function leastOf(asked: number | undefined, limit: number | undefined): number | undefined {
  return asked === undefined || limit === undefined ? (asked ?? limit) : Math.min(asked, limit);
}

/** A permit ends with its attempt, however that ends. */
async function* runPermitted<Item>(
  { permits }: ExecutionPorts,
  plan: AttemptPlan<Item>,
): AsyncGenerator<Item, AttemptEnd> {
  try {
    return yield* runAttempt(plan);
  } finally {
    permits.withdraw(plan.call.permit);
  }
}

function permitOf(ports: ExecutionPorts, decision: RouteDecision, step: RouteStep): CloudPermit | undefined {
  if (step.locality === 'local' || step.permission === undefined) return undefined;
  const providerId = step.ref.slice(0, step.ref.indexOf(':'));
  return ports.permits.issue({ providerId, decisionId: decision.id, grantedBy: step.permission.origin });
}

function lessonOf(error: WoosterError): Lesson {
  if (error instanceof CapabilityError) return { lacks: error.capability };
  if (error instanceof ContextTooLongError) return { contextTokens: error.limitTokens };
  return error.code === 'E_MODEL_NOT_FOUND' ? { isListStale: true } : {};
}

/** The last error, with what only the end of the chain shows: that no larger window is left, or when to ask again. */
function finalError(failed: Parameters<typeof noLargerWindow>[0], neededTokens: number): WoosterError {
  const { error, step } = failed;
  if (error.row.mayFallBack === 'larger-context' && neededTokens > 0) return noLargerWindow(failed, neededTokens);
  const retryAfterMs = retryAfterOf(error);
  if (retryAfterMs === undefined) return error;
  const Limited = error instanceof BusyError ? BusyError : RateLimitedError;
  const text = `${error.message}; it may be asked again in ${Math.ceil(retryAfterMs / 1_000)} s`;
  return new Limited(text, { cause: error, targetId: step.targetId, retryAfterMs, details: error.details });
}
