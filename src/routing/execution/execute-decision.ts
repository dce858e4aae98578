import { PrivacyError } from '../../contracts/errors/host-errors.ts';
import {
  BusyError,
  CapabilityError,
  ContextTooLongError,
  NoRouteError,
  ProviderTimeoutError,
  RateLimitedError,
} from '../../contracts/errors/provider-errors.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';
import type { PermitOffice } from '../../contracts/models/permit.ts';
import type { RouteDecision, RouteStep } from '../../contracts/routing/decision.ts';
import type { ExecuteOptions, RoutedOperation } from '../../contracts/routing/router.ts';
import type { RoutingSettings } from '../../contracts/settings/settings.ts';
import { nextMove } from '../../resilience/after-failure.ts';
import { pause } from '../../resilience/pause.ts';
import type { ProviderInstance } from '../targets/provider-registry.ts';
import { makeShortId } from '../short-id.ts';
import { serverOfTarget } from '../targets/target-id.ts';
import { AttemptAccount } from './attempt-book.ts';
import type { AttemptPorts } from './attempt-book.ts';
import { callLimitsFor } from './call-limits.ts';
import { runAttempt } from './run-attempt.ts';
import type { AttemptEnd } from './run-attempt.ts';

/** Longest wait for a server that limits or queues, when no other may answer. */
const LIMITED_WAIT_CAP_MS = 30_000;

/** What the loop needs besides the accounts of each attempt. */
export interface ExecutionPorts extends AttemptPorts {
  readonly routing: Pick<RoutingSettings, 'limits' | 'failover'>;
  readonly permits: PermitOffice;
  readonly random: () => number;
  findProvider(providerId: string): ProviderInstance | undefined;
  /** A target that began to rest since the decision was made; it is passed over while a later link may serve. */
  isResting?(targetId: string): boolean;
  onAnswered(decision: RouteDecision, step: RouteStep): void;
  onFailed(step: RouteStep, error: WoosterError): void;
}

/** One decision being executed. */
interface Execution<Item> {
  readonly decision: RouteDecision;
  readonly operation: RoutedOperation<Item>;
  readonly options: ExecuteOptions;
  readonly ports: ExecutionPorts;
}

/** Where the loop stands. */
interface Position {
  readonly index: number;
  readonly retries: number;
  /** When this target was first asked, on the monotonic clock. */
  readonly since: number;
}

/** Where the loop goes next, and after which wait. */
interface Advance {
  readonly position: Position;
  readonly afterMs: number;
}

/**
 * The one attempt loop, for every capability: tries the links of a decision in order, as the row of each error allows.
 * Ends with the answer, or by throwing the last error; each attempt has one record. An empty chain throws NoRouteError,
 * or PrivacyError when the pinned model is the one that privacy forbids.
 */
export async function* executeDecision<Item>(execution: Execution<Item>): AsyncGenerator<Item> {
  const { decision, ports, options } = execution;
  let position: Position | undefined = { index: 0, retries: 0, since: ports.clock.monotonic() };
  for (let ordinal = 0; position !== undefined; ordinal += 1) {
    const step = decision.chain[position.index];
    if (step === undefined) throw noRoute(decision);
    const end: AttemptEnd = yield* attempt(execution, step, { ordinal, index: position.index });
    if (end.error === undefined) {
      ports.onAnswered(decision, step);
      return;
    }
    ports.onFailed(step, end.error);
    const next: Advance | undefined = advance(execution, position, end);
    if (next === undefined) throw end.error;
    if (next.afterMs > 0) await pause(next.afterMs, options.signal);
    position = next.position;
  }
}

async function* attempt<Item>(
  { decision, operation, options, ports }: Execution<Item>,
  step: RouteStep,
  place: { readonly ordinal: number; readonly index: number },
): AsyncGenerator<Item, AttemptEnd> {
  const { parameters, principal, signal, onAttempt } = options;
  const id = makeShortId(ports.clock.now());
  const providerId = step.ref.slice(0, step.ref.indexOf(':'));
  const instance = ports.findProvider(providerId);
  const account = AttemptAccount.begin(ports, { id, ordinal: place.ordinal, decision, step, principal, onAttempt });
  const limits = callLimitsFor(ports.routing.limits, instance?.entry.timeoutMs, operation.isStreamed === true);
  const permit =
    step.locality === 'cloud' && step.permission !== undefined
      ? ports.permits.issue({ providerId, decisionId: decision.id, grantedBy: step.permission.origin })
      : undefined;
  const call = { parameters, limits, principal, attemptId: id, signal, permit };
  const isLast = place.index === decision.chain.length - 1;
  return yield* runAttempt({ step, provider: instance?.provider, operation, call, account, isLast });
}

function advance<Item>({ decision, ports }: Execution<Item>, position: Position, end: AttemptEnd): Advance | undefined {
  const { error } = end;
  if (error === undefined) return undefined;
  const { limits, failover } = ports.routing;
  const now = ports.clock.monotonic();
  const later = nextIndex(decision.chain, position.index, error);
  const move = nextMove({
    row: error.row,
    hasShown: end.hasShown,
    retries: position.retries,
    maxRetries: failover.maxRetries,
    hasAlternative: later !== undefined && isWorthLeavingFor(decision.chain, position.index, later, error),
    hasLaterLink: later !== undefined,
    retryAfterMs: retryAfterOf(error),
    waitedMs: now - position.since,
    waitCapMs: error.code === 'E_LOADING' ? limits.loadMs : LIMITED_WAIT_CAP_MS,
    random: ports.random(),
  });
  if (move.kind === 'stop') return undefined;
  if (move.kind === 'next') {
    return later === undefined ? undefined : { position: { index: later, retries: 0, since: now }, afterMs: 0 };
  }
  return { position: { ...position, retries: position.retries + 1 }, afterMs: move.afterMs };
}

/** Errors that the other models of the same server would meet as well. */
const OF_THE_SERVER: ReadonlySet<string> = new Set([
  'E_UNREACHABLE',
  'E_PROVIDER_AUTH',
  'E_PROVIDER_CREDIT',
  'E_DEPENDENCY',
]);

function doesSpeakForServer(error: WoosterError): boolean {
  return OF_THE_SERVER.has(error.code) || (error instanceof ProviderTimeoutError && error.phase === 'connect');
}

/**
 * The next link that the error allows: of another server when the error is the server's, and after an overflow only one
 * whose window is known to be larger.
 */
function nextIndex(chain: readonly RouteStep[], index: number, error: WoosterError): number | undefined {
  if (error.row.mayFallBack !== 'larger-context') {
    const serverId = doesSpeakForServer(error) ? serverOfTarget(chain[index]?.targetId ?? '') : undefined;
    const next = chain.findIndex((step, at) => at > index && serverOfTarget(step.targetId) !== serverId);
    return next === -1 ? undefined : next;
  }
  const told = error instanceof ContextTooLongError ? error.limitTokens : undefined;
  const window = told ?? chain[index]?.contextTokens;
  if (window === undefined) return undefined;
  const found = chain.findIndex((step, at) => at > index && (step.contextTokens ?? 0) > window);
  return found === -1 ? undefined : found;
}

/** A loading model is waited for rather than left for another locality; everything else is left at once. */
function isWorthLeavingFor(chain: readonly RouteStep[], from: number, to: number, error: WoosterError): boolean {
  return error.code !== 'E_LOADING' || chain[from]?.locality === chain[to]?.locality;
}

function retryAfterOf(error: WoosterError): number | undefined {
  return error instanceof RateLimitedError || error instanceof BusyError ? error.retryAfterMs : undefined;
}

/** What a failure teaches about a target, besides its health. */
export function lessonOf(error: WoosterError): { lacks?: string; contextTokens?: number; isListStale?: boolean } {
  if (error instanceof CapabilityError) return { lacks: error.capability };
  if (error instanceof ContextTooLongError) return { contextTokens: error.limitTokens };
  return error.code === 'E_MODEL_NOT_FOUND' ? { isListStale: true } : {};
}

function noRoute(decision: RouteDecision): WoosterError {
  const { pinned, pinnedProvider } = decision.request;
  const considered = decision.rejected.filter(
    ({ reasons }) =>
      !reasons.some(({ filter }) => filter === 'task') &&
      ((pinned === undefined && pinnedProvider === undefined) || !reasons.some(({ filter }) => filter === 'pin')),
  );
  const forbidden = considered.find(
    ({ ref, reasons }) => ref === pinned && reasons.some(({ filter }) => filter === 'privacy'),
  );
  const reasons = considered.map(
    ({ targetId, reasons: each }) => `${targetId}: ${each.map(({ text }) => text).join('; ')}`,
  );
  if (forbidden !== undefined) return new PrivacyError(reasons[0] ?? `${pinned} is forbidden`);
  if (reasons.length === 0 && pinned !== undefined) reasons.push(`${pinned}: no configured provider has it`);
  if (reasons.length === 0 && pinnedProvider !== undefined) reasons.push(`${pinnedProvider}: not configured`);
  if (reasons.length === 0) reasons.push('no provider is configured');
  const shown = reasons.slice(0, 3).join(' | ') + (reasons.length > 3 ? ` | and ${reasons.length - 3} more` : '');
  const what = decision.request.task === 'embed' ? 'make these embeddings' : 'answer';
  return new NoRouteError(`no model may or can ${what}: ${shown} (\`wooster why\` shows all)`, {
    decisionId: decision.id,
    reasons,
  });
}
