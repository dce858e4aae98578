import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { UsageError } from '../contracts/errors/host-errors.ts';
import type { HealthMonitor } from '../contracts/models/health.ts';
import type { ModelRef } from '../contracts/models/model-ref.ts';
import type { Disposable } from '../contracts/plugins/disposable.ts';
import { LOCAL_PRINCIPAL } from '../contracts/plugins/principal.ts';
import type { PrivacyRuling } from '../contracts/privacy/privacy-policy.ts';
import type { BreakerStatus } from '../contracts/routing/breaker.ts';
import type { DecisionListener, RouteDecision } from '../contracts/routing/decision.ts';
import type { RouteRequest } from '../contracts/routing/route-request.ts';
import type {
  ExecuteOptions,
  ModelRouterService,
  RoutedChatDefaults,
  RoutedOperation,
  RouterStatus,
  SwitchScope,
} from '../contracts/routing/router.ts';
import type { BudgetGuard } from '../contracts/usage/budget.ts';
import { FILTERS } from '../contracts/routing/strategy.ts';
import type { Candidate } from '../contracts/routing/strategy.ts';
import { choose } from './choose.ts';
import type { ChoiceInput } from './choose.ts';
import type { executeDecision, ExecutionPorts } from './execution/execute-decision.ts';
import { isStandIn, leftOutForState } from './left-out.ts';
import { NULL_BUDGET } from './null-accounts.ts';
import { resolveRequest } from './resolve-request.ts';
import type { RouterParts } from './router-parts.ts';
import { makeShortId } from './short-id.ts';
import { StrategyBook } from './strategy-book.ts';
import { gatherCandidates, toTargetStatus } from './targets/candidates.ts';
import { readCloudTerms } from './targets/cloud-terms.ts';
import type { ProviderInstance } from '../contracts/models/provider.ts';

/**
 * The router of the house: decides from snapshots, executes in the one attempt loop, remembers what it learns. A
 * decision waits only where `Lookout` says so.
 */
export class ModelRouter implements ModelRouterService, Disposable {
  readonly #parts: RouterParts;
  readonly #ports: ExecutionPorts;
  readonly #listeners = new Set<DecisionListener>();
  readonly #strategies: StrategyBook;
  /** The loop, imported with the first call: what only looks at servers does not pay for it. */
  #execute: typeof executeDecision | undefined;

  constructor(parts: RouterParts, ports: ExecutionPorts) {
    this.#parts = parts;
    this.#ports = ports;
    this.#strategies = new StrategyBook(parts);
  }

  get health(): HealthMonitor {
    return this.#parts.health;
  }

  /** The configured providers that take part, as they run; for actions that manage models and servers. */
  providers(): readonly ProviderInstance[] {
    return this.#parts.registry.active();
  }

  async decide(request: RouteRequest, signal: AbortSignal, texts?: () => readonly string[]): Promise<RouteDecision> {
    const { lookout, state, privacy, budget } = this.#parts;
    if (budget.hasCaps) await this.#ports.ledger.ready?.();
    this.#catchUp();
    const rulings = [privacy.classify(request)];
    const resolved = this.#resolve(request, rulings);
    await lookout.prepare(resolved, signal);
    let decision = await this.#chooseAwake(resolved, signal);
    if (texts !== undefined && decision.chain.some(({ locality }) => locality === 'cloud')) {
      const { findings, mustRedact, ...ruling } = await privacy.inspect(texts(), request, signal);
      const inspected = { ...request, inspection: { findings, mustRedact } };
      decision = await this.#chooseAwake(this.#resolve(inspected, [...rulings, ruling]), signal);
    }
    if (request.isPreview === true) return decision;
    state.decisions.recordDecision(decision);
    for (const listener of this.#listeners) this.#tell(listener, decision);
    return decision;
  }

  execute<Item>(
    decision: RouteDecision,
    operation: RoutedOperation<Item>,
    options: ExecuteOptions,
  ): AsyncIterable<Item> {
    const execution = { decision, operation, options, ports: this.#ports };
    return this.#execute?.(execution) ?? this.#executeFirst(execution);
  }

  async open(decision: RouteDecision): Promise<BaseChatModel> {
    const { RoutedChatModel } = await import('./chat/routed-chat-model.ts');
    return new RoutedChatModel({ router: this, decision });
  }

  async model(defaults: RoutedChatDefaults = {}): Promise<BaseChatModel> {
    const { RoutedChatModel } = await import('./chat/routed-chat-model.ts');
    return new RoutedChatModel({ router: this, defaults });
  }

  async switchModel(ref: ModelRef | undefined, scope: SwitchScope): Promise<void> {
    const { lookout, switches } = this.#parts;
    if (ref !== undefined) {
      await lookout.prepare(ANYTHING, new AbortController().signal);
      const known = this.#usableCandidates();
      if (!known.some((candidate) => candidate.ref === ref)) {
        const names = known.map((candidate) => candidate.ref).join(', ') || 'none';
        throw new UsageError(`no provider knows the model ${ref} (known: ${names})`);
      }
    }
    switches.set('model', scope, ref);
  }

  setStrategy(id: string, scope: SwitchScope): Promise<void> {
    const known = this.#strategies.ids();
    if (!known.includes(id)) {
      return Promise.reject(new UsageError(`there is no strategy "${id}" (known: ${known.join(', ')})`));
    }
    this.#parts.switches.set('strategy', scope, id);
    return Promise.resolve();
  }

  refresh(signal: AbortSignal, maxAgeMs = 0): Promise<void> {
    return this.#parts.lookout.refresh(maxAgeMs, signal);
  }

  status(): RouterStatus {
    const { settings, switches, registry } = this.#parts;
    const strategy = this.#strategies.of(ANYTHING);
    const isLocalOnly = settings.routing.privacy === 'local-only' || strategy.privacy === 'local-only';
    return {
      strategy: strategy.id,
      strategies: this.#strategies.ids(),
      isLocalOnly,
      switches: switches.list('model').map(({ scope, value }) => ({ scope, ref: value as ModelRef })),
      targets: this.#activeCandidates().map(toTargetStatus),
      disabled: registry.disabled().map(({ entry, reason }) => ({ providerId: entry.id, reason })),
    };
  }

  breakers(): readonly BreakerStatus[] {
    return this.#parts.breakers.list();
  }

  resetBreakers(targetOrServerId?: string): number {
    this.#parts.health.pardon(targetOrServerId);
    return this.#parts.breakers.reset(targetOrServerId);
  }

  onDecision(listener: DecisionListener): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  /** Stops looks and providers; the state belongs to whoever opened it. */
  async dispose(): Promise<void> {
    const { health, lists, registry, breakers } = this.#parts;
    this.#listeners.clear();
    breakers.dispose();
    await Promise.all([health.dispose(), lists.dispose()]);
    await registry.dispose();
  }

  async *#executeFirst<Item>(execution: Parameters<typeof executeDecision<Item>>[0]): AsyncGenerator<Item> {
    await this.#ports.ledger.ready?.();
    this.#execute = (await import('./execution/execute-decision.ts')).executeDecision;
    yield* this.#execute(execution);
  }

  #resolve(request: RouteRequest, rulings: readonly PrivacyRuling[]): RouteRequest {
    const { settings, switches } = this.#parts;
    const strategy = this.#strategies.of(request);
    return resolveRequest(request, {
      strategy,
      routing: settings.routing,
      switched: switches.modelFor(request),
      rulings,
    });
  }

  /** Where health alone leaves nothing, the servers are looked at once more. */
  async #chooseAwake(request: RouteRequest, signal: AbortSignal): Promise<RouteDecision> {
    let decision = this.#choose(request);
    const isEmpty = decision.chain.length === 0;
    if (isEmpty && (await this.#parts.lookout.finishSearch(request, signal))) decision = this.#choose(request);
    const unwell = decision.chain.length === 0 ? leftOutForState(decision) : undefined;
    if (unwell === undefined || !(await this.#parts.lookout.lookAgain(unwell, request, signal))) return decision;
    return this.#choose(request);
  }

  #choose(request: RouteRequest): RouteDecision {
    const { clock, extensions, settings, sticky, loops, standIns } = this.#parts;
    const { routing } = settings;
    const input: ChoiceInput = {
      id: makeShortId(clock.now()),
      decidedAt: clock.now(),
      request,
      strategy: this.#strategies.of(request),
      filters: extensions.list(FILTERS),
      candidates: this.#candidates(request, this.#parts.budget),
      loopTargetId: loops.get(request.loopKey),
      stickyTargetId: sticky.get(request.stickyKey),
      preferredProvider: routing.preferredProvider?.id,
      isFailoverEnabled: routing.failover.isEnabled,
    };
    const decision = choose(input);
    if (request.stickyKey !== undefined && isStandIn(decision, input)) standIns.add(decision);
    return decision;
  }

  /** Once before a decision: what other processes found, and whether what is known is still of this time. */
  #catchUp(): void {
    const { breakers, clockWatch, lookout } = this.#parts;
    breakers.refresh();
    if (!clockWatch.hasJumped()) return;
    lookout.forget();
    breakers.forgetTimes();
  }

  #candidates(request: RouteRequest, budget: BudgetGuard): readonly Candidate[] {
    const { registry, lists, health, breakers, settings, privacy } = this.#parts;
    const healthOf = (id: string) => health.status(id);
    const breakerOf = (id: string) => breakers.of(id);
    const cloudTermsOf = readCloudTerms({ budget, privacy });
    const { routing } = settings;
    return gatherCandidates({ registry, lists, routing, healthOf, breakerOf, cloudTermsOf }, request);
  }

  #activeCandidates(): readonly Candidate[] {
    const active = new Set(this.#parts.registry.active().map(({ entry }) => entry.id));
    return this.#candidates(ANYTHING, NULL_BUDGET).filter(({ providerId }) => active.has(providerId));
  }

  #usableCandidates(): readonly Candidate[] {
    return this.#activeCandidates().filter(({ unavailable }) => unavailable === undefined);
  }

  #tell(listener: DecisionListener, decision: RouteDecision): void {
    try {
      listener(decision);
    } catch (error) {
      // Boundary: a listener's fault must not cost the answer.
      this.#parts.log.warn('a decision listener failed', { reason: String(error) });
    }
  }
}

/** Stands for no call in particular. */
const ANYTHING: RouteRequest = { task: 'chat', needs: {}, privacy: 'any', principal: LOCAL_PRINCIPAL };
