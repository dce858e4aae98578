import type { HealthSnapshot } from '../../contracts/models/health.ts';
import type { Fact, Locality, ModelCapability, ModelInfo } from '../../contracts/models/model-info.ts';
import { toModelRef } from '../../contracts/models/model-ref.ts';
import type { RouteRequest } from '../../contracts/routing/route-request.ts';
import type { Candidate } from '../../contracts/routing/strategy.ts';
import type { RoutingSettings } from '../../contracts/settings/settings.ts';
import { costUpperBoundUsd } from './cost-bound.ts';
import type { ModelLists } from './model-lists.ts';
import type { DisabledProvider, ProviderInstance, ProviderRegistry } from './provider-registry.ts';
import { serverIdOf, targetIdOf } from './target-id.ts';

/** Stands for the models of a server that has not told any; a candidate of that name is never chosen. */
export const UNKNOWN_MODEL = '*';

/** Names shown of a server that lacks the configured model. */
const NAMES_SHOWN = 5;

/** Where candidates come from. */
export interface CandidateSources {
  readonly registry: ProviderRegistry;
  readonly lists: ModelLists;
  readonly routing: RoutingSettings;
  healthOf(targetId: string): HealthSnapshot;
}

function bareModel(providerId: string, modelId: string, locality: Fact<Locality>): ModelInfo {
  const capabilities: Partial<Record<ModelCapability, Fact<boolean>>> = {};
  return { ref: toModelRef(providerId, modelId), providerId, modelId, capabilities, locality };
}

/** Ollama adds `:latest` to a name without a tag, so the two name one model. */
function isSameModel(listed: string, configured: string): boolean {
  return listed === configured || listed === `${configured}:latest`;
}

function describeNames(models: readonly ModelInfo[]): string {
  const names = models.slice(0, NAMES_SHOWN).map((model) => model.modelId);
  const rest = models.length - names.length;
  return names.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** Lower is tried first: the order of `LLM_FALLBACK_ORDER` before all that it does not name. */
function priorityOf(providerId: string, priority: number, routing: RoutingSettings): number {
  const place = routing.fallbackOrder.indexOf(providerId);
  return place === -1 ? priority : place - routing.fallbackOrder.length;
}

/** A model of an instance, its configured one even before its list is read, or a stand-in when it has told none. */
function modelsOf(
  instance: ProviderInstance,
  lists: ModelLists,
): { model: ModelInfo; isConfigured: boolean; unavailable?: string }[] {
  const { entry, locality } = instance;
  const list = lists.list(instance);
  const configured = entry.model;
  const found = list.models.map((model) => ({
    model,
    isConfigured: configured !== undefined && isSameModel(model.modelId, configured),
  }));
  if (configured !== undefined && !found.some((each) => each.isConfigured)) {
    const bare = bareModel(entry.id, configured, { value: locality, origin: 'config' });
    const unavailable = found.length === 0 ? undefined : `not on the server (has: ${describeNames(list.models)})`;
    return [{ model: lists.describe(instance, bare), isConfigured: true, unavailable }, ...found];
  }
  if (found.length > 0) return found;
  const unavailable = list.isRead ? 'the server has no model' : 'its models are not known yet';
  const model = bareModel(entry.id, UNKNOWN_MODEL, { value: locality, origin: 'config' });
  return [{ model, isConfigured: false, unavailable }];
}

function candidatesOf(instance: ProviderInstance, sources: CandidateSources, request: RouteRequest): Candidate[] {
  const { entry, serverId, locality } = instance;
  const { routing } = sources;
  const permission = entry.permission ?? routing.cloudPermission;
  return modelsOf(instance, sources.lists).map(({ model, isConfigured, unavailable }) => {
    const isCloud = locality === 'cloud' || model.locality.value === 'cloud';
    const placed: ModelInfo =
      isCloud && model.locality.value === 'local'
        ? { ...model, locality: { value: 'cloud', origin: 'config' } }
        : model;
    const targetId = targetIdOf(serverId, model.modelId);
    return {
      ref: toModelRef(entry.id, model.modelId),
      targetId,
      providerId: entry.id,
      model: placed,
      health: sources.healthOf(targetId),
      priority: priorityOf(entry.id, entry.priority, routing),
      isConfigured,
      permission: isCloud ? permission : undefined,
      refusal: isCloud ? routing.cloudRefusal : undefined,
      unavailable,
      costUpperBoundUsd: costUpperBoundUsd(placed, isCloud ? 'cloud' : 'local', request.needs.contextTokens),
    };
  });
}

function candidateOfDisabled({ entry, reason }: DisabledProvider): Candidate {
  const modelId = entry.model ?? UNKNOWN_MODEL;
  const model = bareModel(entry.id, modelId, { value: 'local', origin: 'config' });
  return {
    ref: model.ref,
    targetId: targetIdOf(serverIdOf(entry.id, undefined), modelId),
    providerId: entry.id,
    model,
    health: { state: 'unknown', ageMs: Infinity },
    priority: entry.priority,
    isConfigured: entry.model !== undefined,
    unavailable: `disabled: ${reason}`,
  };
}

/** Every model of every configured provider at this moment, with the snapshots that filters and strategies look at. */
export function gatherCandidates(sources: CandidateSources, request: RouteRequest): readonly Candidate[] {
  return [
    ...sources.registry.active().flatMap((instance) => candidatesOf(instance, sources, request)),
    ...sources.registry.disabled().map(candidateOfDisabled),
  ];
}
