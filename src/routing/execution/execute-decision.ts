import { CancelledError } from '../../contracts/errors/host-errors.ts';
import {
  BusyError,
  CapabilityError,
  ContextTooLongError,
  RateLimitedError,
} from '../../contracts/errors/provider-errors.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';
import type { CallContext, CallLimits } from '../../contracts/models/call-context.ts';
import type { ModelCapability } from '../../contracts/models/model-info.ts';
import type { CloudPermit, PermitOffice } from '../../contracts/models/permit.ts';
import type { PrivacyPolicy } from '../../contracts/privacy/privacy-policy.ts';
import type { RouteDecision, RouteStep } from '../../contracts/routing/decision.ts';
import type { ExecuteOptions, RoutedOperation } from '../../contracts/routing/router.ts';
import type { RoutingSettings } from '../../contracts/settings/settings.ts';
import { pause } from '../../resilience/pause.ts';
import { balanceOf } from '../balance/target-balance.ts';
import type { BalancePorts } from '../balance/target-balance.ts';
import type { LanePass } from '../balance/target-lane.ts';
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
export interface ExecutionPorts extends AttemptPorts, ItineraryPorts, BalancePorts, CachedAnswerPorts {
  readonly routing: Pick<RoutingSettings, 'limits' | 'failover'>;
  readonly permits: PermitOffice;
  readonly privacy: PrivacyPolicy;
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
  /** Where calls are counted: an endpoint that has others beside it, or a number of slots. */
  readonly pass: LanePass | undefined;
}

/** Why an attempt was not begun: it was not let in, or it found no slot. */
interface Refusal {
  readonly error: WoosterError;
  readonly hasShown: false;
  readonly hasNoSlot: boolean;
}

/**
 * The one attempt loop, for every capability: answers from the cache where that may be, else tries the links of a
 * decision as the row of each error allows; which endpoint of a model is asked, the balance chooses. Ends with the
 * answer, or by throwing the last error; each attempt has one record. A link that privacy or the accounts do not let in
 * is passed over, and nothing is sent; one that has no slot left counts as a server that is busy. An empty chain throws
 * NoRouteError, CircuitOpenError when only open breakers are in the way, BudgetExceededError when only caps are, or
 * PrivacyError when the pinned model is forbidden.
 */
export function executeDecision<Item>(execution: Execution<Item>): AsyncGenerator<Item> {
  return answerThroughCache(execution, tryLinks);
}

async function* tryLinks<Item>(execution: Execution<Item>): AsyncGenerator<Item> {
  const { decision, ports, options } = execution;
  const itinerary = new Itinerary(decision, ports, balanceOf(ports));
  let index = itinerary.first();
  for (let ordinal = 0; ; ordinal += 1) {
    const step = index === undefined ? undefined : decision.chain[index];
    if (index === undefined || step === undefined) throw noRoute(decision);
    if (options.signal.aborted) throw new CancelledError();
    const attempt = prepare(execution, { step, ordinal, isLast: !itinerary.hasOthers });
    const entered = await enter(execution, attempt);
    if ('error' in entered && !entered.hasNoSlot) {
      index = itinerary.passOver();
      if (index === undefined) throw entered.error;
      continue;
    }
    const { error, hasShown }: AttemptEnd =
      'error' in entered ? entered : yield* runPermitted(ports, entered, attempt.pass);
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
  const pass = balanceOf(ports).join(instance);
  return { ...place, id: makeShortId(ports.clock.now()), instance, limits, pass };
}

/** Lets an attempt in, waits for its slot and opens its accounts; what is refused leaves no slot taken. */
function enter<Item>(execution: Execution<Item>, attempt: Attempt): Promise<AttemptPlan<Item> | Refusal> {
  const entered = admitAndBegin(execution, attempt);
  return attempt.pass === undefined ? entered : leaveUnlessBegun(entered, attempt.pass);
}

async function leaveUnlessBegun<Item>(
  entering: Promise<AttemptPlan<Item> | Refusal>,
  pass: LanePass,
): Promise<AttemptPlan<Item> | Refusal> {
  let isBegun = false;
  try {
    const entered = await entering;
    isBegun = !('error' in entered);
    return entered;
  } finally {
    if (!isBegun) pass.leave();
  }
}

async function admitAndBegin<Item>(
  { decision, operation, options, ports }: Execution<Item>,
  { id, step, ordinal, isLast, instance, limits, pass }: Attempt,
): Promise<AttemptPlan<Item> | Refusal> {
  const { principal, signal, onAttempt } = options;
  const maxTokens = leastOf(options.parameters.maxTokens, step.outputLimitTokens);
  const start = { id, ordinal, decision, step, principal, operation, maxTokens, onAttempt };
  let redact: CallContext['redact'];
  let queuedMs: number | undefined;
  let isAdmitted = false;
  try {
    ({ redact } = await admit({ decision, step, operation, options, privacy: ports.privacy }));
    isAdmitted = true;
    const wait = { targetId: step.targetId, limitMs: limits.totalMs, signal };
    if (pass !== undefined) queuedMs = await pass.takeSlot(wait);
  } catch (thrown) {
    const error = AttemptAccount.refuse(ports, start, toContractError(thrown, step, signal));
    return { error, hasShown: false, hasNoSlot: isAdmitted && error.code !== 'E_CANCELLED' };
  }
  try {
    const account = AttemptAccount.begin(ports, queuedMs ? { ...start, queuedMs } : start);
    const parameters = maxTokens === undefined ? options.parameters : { ...options.parameters, maxTokens };
    const permit = permitOf(ports, decision, step);
    const left = queuedMs ? { ...limits, totalMs: Math.max(1, limits.totalMs - queuedMs) } : limits;
    const toolWay = step.toolWay?.way;
    const call = { parameters, limits: left, principal, attemptId: id, signal, redact, permit, toolWay };
    return { step, provider: instance?.provider, operation, call, account, isLast };
  } catch (error) {
    return { error: toContractError(error, step, signal), hasShown: false, hasNoSlot: false };
  }
}

function leastOf(asked: number | undefined, limit: number | undefined): number | undefined {
  return asked === undefined || limit === undefined ? (asked ?? limit) : Math.min(asked, limit);
}

/** A permit and a slot end with their attempt, however that ends. */
async function* runPermitted<Item>(
  { permits }: ExecutionPorts,
  plan: AttemptPlan<Item>,
  pass: LanePass | undefined,
): AsyncGenerator<Item, AttemptEnd> {
  try {
    return yield* runAttempt(plan);
  } finally {
    permits.withdraw(plan.call.permit);
    pass?.leave();
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
