import type { RoutingState } from '../contracts/routing/routing-state.ts';
import type { BudgetGuard, UsageLedger } from '../contracts/usage/ledger.ts';
import { lessonOf } from './execution/execute-decision.ts';
import type { ExecutionPorts } from './execution/execute-decision.ts';
import { NULL_BUDGET, NULL_LEDGER } from './null-accounts.ts';
import type { RouterParts } from './router-parts.ts';
import { ModelRouter } from './router.ts';
import { StickyTargets } from './sticky-targets.ts';
import { SwitchBoard } from './switch-board.ts';
import { Lookout } from './targets/lookout.ts';
import { ModelLists } from './targets/model-lists.ts';
import { ProviderRegistry } from './targets/provider-registry.ts';
import type { ProviderRegistryOptions } from './targets/provider-registry.ts';
import { TargetHealth } from './targets/target-health.ts';

/** Everything a router needs of the host; nothing is opened or asked before the first decision. */
export interface ModelRouterOptions extends ProviderRegistryOptions {
  readonly state: RoutingState;
  /** Without it nothing is kept of usage. */
  readonly ledger?: UsageLedger;
  /** Without it there is no cap. */
  readonly budget?: BudgetGuard;
  /** 0 to below 1, for jitter; injected by tests. */
  readonly random?: () => number;
}

/** Puts a router together. Does no I/O. The filters and strategies it uses are those contributed to FILTERS and STRATEGIES. */
export function createModelRouter(options: ModelRouterOptions): ModelRouter {
  const { settings, extensions, state, clock, log } = options;
  const registry = new ProviderRegistry(options);
  const lists = new ModelLists({ extensions, clock, log });
  const findServer = (serverId: string) => registry.active().find((instance) => instance.serverId === serverId);
  const health = new TargetHealth({ findServer, store: state.health, clock, log });
  const intervalMs = settings.routing.healthCheckIntervalMs;
  const lookout = new Lookout({ registry, health, lists, clock, intervalMs });
  const switches = new SwitchBoard(state.switches, clock);
  const sticky = new StickyTargets(clock);
  const parts = { settings, extensions, state, clock, log, registry, lists, health, lookout, switches, sticky };
  return new ModelRouter(parts, executionPorts(parts, options));
}

function executionPorts(parts: RouterParts, options: ModelRouterOptions): ExecutionPorts {
  const { registry, lists, health, sticky, state, clock, log } = parts;
  const findProvider = (providerId: string) => registry.find(providerId);
  return {
    recorder: state.decisions,
    ledger: options.ledger ?? NULL_LEDGER,
    budget: options.budget ?? NULL_BUDGET,
    clock,
    log,
    mark: (targetId, outcome) => health.mark(targetId, outcome),
    modelOf: ({ ref }) => {
      const instance = findProvider(ref.slice(0, ref.indexOf(':')));
      return instance && lists.list(instance).models.find((model) => model.ref === ref);
    },
    routing: parts.settings.routing,
    permits: options.permits,
    random: options.random ?? Math.random,
    findProvider,
    onAnswered: ({ request }, { targetId }) => {
      if (request.stickyKey !== undefined) sticky.set(request.stickyKey, targetId);
    },
    onFailed: ({ ref, targetId }, error) => {
      const { lacks, contextTokens, isListStale } = lessonOf(error);
      if (lacks !== undefined) lists.learnLack(targetId, lacks);
      if (contextTokens !== undefined) lists.learnContext(targetId, contextTokens);
      const instance = isListStale === true ? findProvider(ref.slice(0, ref.indexOf(':'))) : undefined;
      if (instance !== undefined) void lists.read(instance);
    },
  };
}
