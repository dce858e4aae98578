import type {
  AvailableModel,
  ModelAdvisor,
  ModelPreferences,
  ModelSelection,
  ModelStatistics,
  ModelTask,
  OptimalAnswer,
  OptimalCall,
  SelectedModel,
} from '../../contracts/models/model-advisor.ts';
import { UsageError } from '../../contracts/errors/host-errors.ts';
import { MODEL_KINDS } from '../../contracts/models/model-info.ts';
import type { ModelKind } from '../../contracts/models/model-info.ts';
import type { ModelRef } from '../../contracts/models/model-ref.ts';
import type { RouteDecision, RouteStep } from '../../contracts/routing/decision.ts';
import type { ModelRouterService, TargetStatus } from '../../contracts/routing/router.ts';
import { kindsOf } from '../../kernel/models/model-kinds.ts';
import { serverOfTarget } from '../targets/target-id.ts';
import { needsOf, strategyOf, toRequest } from './task-needs.ts';

/** Older than this, lists and health are read again before models are told. */
const LIST_AGE_MS = 5_000;

/** Tasks that a chat model answers. */
const TEXT_TASKS: ReadonlySet<ModelTask> = new Set(['chat', 'code', 'summary', 'reasoning', 'vision']);

function toSelected({ ref, targetId, locality, costUpperBoundUsd }: RouteStep): SelectedModel {
  return { ref, targetId, locality, costUpperBoundUsd };
}

/** What a decision says, for whoever asks which model is best. */
function readSelection(task: ModelTask, decision: RouteDecision): ModelSelection {
  const [primary, ...fallbacks] = decision.chain.map(toSelected);
  const rejected = decision.rejected
    .filter(({ ref }) => !ref.endsWith(':*'))
    .map(({ ref, reasons }) => ({ ref, reasons }));
  return { task, primary, fallbacks, rejected, decision };
}

function count(models: readonly AvailableModel[], isCounted: (model: AvailableModel) => boolean): number {
  return models.filter(isCounted).length;
}

/** Counts of models; one of two kinds counts in both. */
function statisticsOf(models: readonly AvailableModel[]): ModelStatistics {
  const byProvider: Record<string, number> = {};
  for (const { model } of models) byProvider[model.providerId] = (byProvider[model.providerId] ?? 0) + 1;
  const byKind = MODEL_KINDS.map((kind): [ModelKind, number] => [
    kind,
    count(models, ({ kinds }) => kinds.includes(kind)),
  ]);
  return {
    total: models.length,
    local: count(models, ({ model }) => model.locality.value === 'local'),
    cloud: count(models, ({ model }) => model.locality.value === 'cloud'),
    ready: count(models, ({ health, unavailable }) => health.state === 'ready' && unavailable === undefined),
    byProvider,
    byKind: Object.fromEntries(byKind) as Record<ModelKind, number>,
  };
}

/** The advisor over the one router: it keeps nothing and decides nothing of its own. */
export class RouterAdvisor implements ModelAdvisor {
  readonly #router: () => ModelRouterService;

  constructor(router: () => ModelRouterService) {
    this.#router = router;
  }

  async getAllAvailableModels(signal: AbortSignal) {
    const router = this.#router();
    await router.refresh(signal, LIST_AGE_MS);
    const found = new Set(
      router.providers().flatMap(({ entry, serverId }) => (entry.isDiscovered === true ? [serverId] : [])),
    );
    const models = router
      .status()
      .targets.filter(({ model }) => model.modelId !== '*')
      .map((target) => toAvailable(target, found));
    return { models, statistics: statisticsOf(models) };
  }

  async selectOptimalModel(
    task: ModelTask,
    preferences: ModelPreferences,
    signal: AbortSignal,
  ): Promise<ModelSelection> {
    return readSelection(task, await this.#router().decide(toRequest(task, preferences), signal));
  }

  async executeWithOptimalRouting({ task, preferences = {}, messages, signal }: OptimalCall): Promise<OptimalAnswer> {
    if (!TEXT_TASKS.has(task)) throw new UsageError(`a task of ${task} has no text for an answer; ask for a chat task`);
    let decision: RouteDecision | undefined;
    const model = await this.#router().model({
      needs: needsOf(task, preferences),
      ranking: preferences.optimizeFor,
      budgetUsd: preferences.budgetUsd,
      project: preferences.project,
      strategy: strategyOf(preferences),
      onDecision: (made) => {
        decision = made;
      },
    });
    const reply = await model.invoke([...messages], { signal });
    const { provider, model: modelId } = reply.response_metadata as { provider: string; model: string };
    if (decision === undefined) throw new TypeError('the router answered without a decision');
    const ref: ModelRef = `${provider}:${modelId}`;
    return { text: reply.text, ref, selection: readSelection(task, decision) };
  }
}

function toAvailable({ model, targetId, health, isConfigured, unavailable }: TargetStatus, found: ReadonlySet<string>) {
  const isDiscovered = found.has(serverOfTarget(targetId));
  return { model, targetId, kinds: kindsOf(model), health, isConfigured, isDiscovered, unavailable };
}
