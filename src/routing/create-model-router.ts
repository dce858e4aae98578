import type { ResponseCache } from '../contracts/cache/response-cache.ts';
import type { PrivacyPolicy } from '../contracts/privacy/privacy-policy.ts';
import type { RouteDecision, RouteStep } from '../contracts/routing/decision.ts';
import type { RoutingState } from '../contracts/routing/routing-state.ts';
import { STRATEGIES } from '../contracts/routing/strategy.ts';
import type { BudgetGuard } from '../contracts/usage/budget.ts';
import type { UsageLedger } from '../contracts/usage/ledger.ts';
import type { ExecutionPorts } from './execution/execute-decision.ts';
import { NULL_BUDGET, NULL_CACHE, NULL_LEDGER, NULL_PRIVACY } from './null-accounts.ts';
import type { RouterParts } from './router-parts.ts';
import { ModelRouter } from './router.ts';
import { StickyTargets } from './sticky-targets.ts';
import { SwitchBoard } from './switch-board.ts';
import { BreakerBoard } from './targets/breakers/breaker-board.ts';
import { scheduleUnreferenced } from './targets/breakers/breaker-looks.ts';
import type { Schedule } from './targets/breakers/breaker-looks.ts';
import { fingerprintOf } from './targets/breakers/settings-fingerprint.ts';
import { ClockWatch } from './targets/clock-watch.ts';
import { Lookout } from './targets/lookout.ts';
import { ModelLists } from './targets/model-lists.ts';
import { ProviderRegistry } from './targets/provider-registry.ts';
import type { ProviderInstance } from '../contracts/models/provider.ts';
import type { ProviderRegistryOptions } from './targets/provider-registry.ts';
import { TargetHealth } from './targets/target-health.ts';

/** Everything a router needs of the host; nothing is opened or asked before the first decision. */
export interface ModelRouterOptions extends ProviderRegistryOptions {
  readonly state: RoutingState;
  /** Without it nothing is kept of usage. */
  readonly ledger?: UsageLedger;
  /** Without it there is no cap. */
  readonly budget?: BudgetGuard;
  /** Without it no rule but those of routing holds, and content is not looked at. */
  readonly privacy?: PrivacyPolicy;
  /** Without it every call is asked anew. */
  readonly cache?: ResponseCache;
  /** Looks for servers that nobody configured, and contributes their entries; without it none is looked for. */
  readonly discover?: (signal: AbortSignal) => Promise<void> | undefined;
  /** 0 to below 1, for jitter; injected by tests. */
  readonly random?: () => number;
  /** Timers of background looks; injected by tests. */
  readonly schedule?: Schedule;
}

/** Puts a router together. Does no I/O. The filters and strategies it uses are those contributed to FILTERS and STRATEGIES. */
export function createModelRouter(options: ModelRouterOptions): ModelRouter {
  const { settings, extensions, state, clock, log } = options;
  const registry = new ProviderRegistry(options);
  const lists = new ModelLists({ extensions, clock, log, measurements: state.measurements });
  const findServer = (serverId: string) => registry.active().find((instance) => instance.serverId === serverId);
  const intervalMs = settings.routing.healthCheckIntervalMs;
  const switches = new SwitchBoard(state.switches, clock);
  const breakers = new BreakerBoard({
    store: state.breakers,
    clock,
    settings: { ...settings.routing.failover, probeIntervalMs: intervalMs },
    schedule: options.schedule ?? scheduleUnreferenced,
    random: options.random ?? Math.random,
    fingerprintOf: (serverId) => {
      const instance = findServer(serverId);
      return instance && fingerprintOf(instance.entry);
    },
    look: (serverId) => {
      const instance = findServer(serverId);
      if (instance === undefined || !mayLookUnasked(instance, options, switches)) return false;
      void lookout.look(instance);
      return true;
    },
  });
  const health = new TargetHealth({ findServer, looks: breakers, store: state.health, clock, log });
  const lookout = new Lookout({ registry, health, lists, breakers, clock, intervalMs, discover: options.discover });
  const parts: RouterParts = {
    settings,
    extensions,
    state,
    clock,
    log,
    registry,
    lists,
    health,
    lookout,
    breakers,
    privacy: options.privacy ?? NULL_PRIVACY,
    budget: options.budget ?? NULL_BUDGET,
    switches,
    sticky: new StickyTargets(clock),
    loops: new StickyTargets(clock),
    standIns: new WeakSet(),
    clockWatch: new ClockWatch(clock),
  };
  return new ModelRouter(parts, executionPorts(parts, options));
}

/** A look that no call asks for goes to a cloud only while calls may, too. */
function mayLookUnasked(
  { locality, mayContact }: ProviderInstance,
  { settings, extensions }: ModelRouterOptions,
  switches: SwitchBoard,
): boolean {
  if (locality === 'local') return true;
  const [choice] = switches.list('strategy');
  const strategy = extensions.find(STRATEGIES, choice?.value ?? settings.routing.strategy);
  return mayContact && strategy?.privacy !== 'local-only';
}

/**
 * The calls of a turn stay with whoever answered; a conversation only with the best, so that it returns from a stand-in.
 * An endpoint of the best model is as good as the others.
 */
function keepTogether({ loops, sticky, standIns }: RouterParts, decision: RouteDecision, step: RouteStep): void {
  const { loopKey, stickyKey } = decision.request;
  if (loopKey !== undefined) loops.set(loopKey, step.targetId);
  const isBest = decision.chain[0]?.ref === step.ref && !standIns.has(decision);
  if (stickyKey !== undefined && isBest) sticky.set(stickyKey, step.targetId);
}

function executionPorts(parts: RouterParts, options: ModelRouterOptions): ExecutionPorts {
  const { registry, lists, health, breakers, state, clock, log } = parts;
  const findTarget = (targetId: string) => registry.serving(targetId);
  return {
    recorder: state.decisions,
    ledger: options.ledger ?? NULL_LEDGER,
    budget: parts.budget,
    privacy: parts.privacy,
    cache: options.cache ?? NULL_CACHE,
    digestOf: ({ ref, targetId }) => {
      const instance = findTarget(targetId);
      return instance && lists.list(instance).models.find((model) => model.ref === ref)?.digest?.value;
    },
    clock,
    log,
    mark: (targetId, outcome) => {
      health.mark(targetId, outcome);
      breakers.mark(targetId, outcome);
    },
    isResting: (targetId) => breakers.isResting(targetId),
    stateOf: (targetId) => health.status(targetId).state,
    limitedForMs: (targetId) => breakers.of(targetId).limitedForMs,
    firstTokenMsOf: (targetId) => health.status(targetId).firstTokenMs,
    keptTargets: ({ loopKey, stickyKey }) => [parts.loops.get(loopKey), parts.sticky.get(stickyKey)],
    routing: parts.settings.routing,
    permits: options.permits,
    random: options.random ?? Math.random,
    findTarget,
    onAnswered: (decision, step) => keepTogether(parts, decision, step),
    onFailed: ({ targetId }, { lacks, contextTokens, isListStale }) => {
      if (lacks !== undefined) lists.learnLack(targetId, lacks);
      if (contextTokens !== undefined) lists.learnContext(targetId, contextTokens);
      const instance = isListStale === true ? findTarget(targetId) : undefined;
      if (instance !== undefined) void lists.read(instance);
    },
  };
}
