import type { HealthSnapshot } from '../../contracts/models/health.ts';
import type { BreakerView } from '../../contracts/routing/breaker.ts';
import type { Fact, Locality, ModelCapability, ModelInfo } from '../../contracts/models/model-info.ts';
import { parseModelRef, toModelRef } from '../../contracts/models/model-ref.ts';
import type { RouteRequest } from '../../contracts/routing/route-request.ts';
import type { TargetStatus } from '../../contracts/routing/router.ts';
import type { Candidate } from '../../contracts/routing/strategy.ts';
import type { CloudPermission, RoutingSettings } from '../../contracts/settings/settings.ts';
import type { CloudTerms, CloudTermsOf } from './cloud-terms.ts';
import type { ModelList, ModelLists } from './model-lists.ts';
import type { ProviderInstance } from '../../contracts/models/provider.ts';
import type { DisabledProvider, ProviderRegistry } from './provider-registry.ts';
import { serverIdOf, targetIdOf } from './target-id.ts';

/** Stands for the models of a server that has not told any; a candidate of that name is never chosen. */
export const UNKNOWN_MODEL = '*';

const NOT_READ = 'its models are not known yet';

/** Names shown of a server that lacks the configured model. */
const NAMES_SHOWN = 5;

/** Where candidates come from. */
interface CandidateSources {
  readonly registry: ProviderRegistry;
  readonly lists: ModelLists;
  readonly routing: RoutingSettings;
  healthOf(targetId: string): HealthSnapshot;
  breakerOf(targetId: string): { readonly breaker?: BreakerView; readonly limitedForMs?: number };
  readonly cloudTermsOf: CloudTermsOf;
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

/**
 * A model that is named but not listed. Ollama ends the names of models it runs elsewhere in `cloud`, so such a name is
 * cloud even before the list with its remote mark is read.
 */
function namedModel(instance: ProviderInstance, lists: ModelLists, modelId: string): ModelInfo {
  const value: Locality = /[:-]cloud$/.test(modelId) ? 'cloud' : instance.locality;
  return lists.describe(instance, bareModel(instance.entry.id, modelId, { value, origin: 'config' }));
}

/** Models that the configuration, a pin or a switch names, of this provider. */
function namesFor({ entry }: ProviderInstance, request: RouteRequest): readonly string[] {
  const asked = [request.pinned, request.preferred]
    .map((ref) => (ref === undefined ? undefined : parseModelRef(ref)))
    .filter((parsed) => parsed?.providerId === entry.id)
    .map((parsed) => parsed?.modelId);
  return [...new Set([entry.model, ...asked])].filter((name) => name !== undefined);
}

/** Why a model that is not listed cannot be used; undefined when the list is no reason against it. */
function whyNotNamed({ descriptor }: ProviderInstance, list: ModelList): string | undefined {
  if (list.models.length > 0) return `not on the server (has: ${describeNames(list.models)})`;
  return !list.isRead && descriptor.mayServeRemoteModels === true ? NOT_READ : undefined;
}

interface Offered {
  readonly model: ModelInfo;
  readonly isConfigured: boolean;
  readonly unavailable?: string;
}

/** The listed models of an instance, those that are named before its list is read, or a stand-in when there is none. */
function modelsOf(instance: ProviderInstance, lists: ModelLists, request: RouteRequest): readonly Offered[] {
  const { entry, locality } = instance;
  const list = lists.list(instance);
  const listed = list.models.map((model) => ({
    model,
    isConfigured: entry.model !== undefined && isSameModel(model.modelId, entry.model),
  }));
  const named = namesFor(instance, request)
    .filter((name) => !list.models.some(({ modelId }) => isSameModel(modelId, name)))
    .map((name) => ({
      model: namedModel(instance, lists, name),
      isConfigured: name === entry.model,
      unavailable: whyNotNamed(instance, list),
    }));
  if (named.length + listed.length > 0) return [...named, ...listed];
  const unavailable = list.isRead ? 'the server has no model' : NOT_READ;
  return [
    {
      model: bareModel(entry.id, UNKNOWN_MODEL, { value: locality, origin: 'config' }),
      isConfigured: false,
      unavailable,
    },
  ];
}

/** A purpose of embeddings permits a cloud for its texts and for nothing else. */
function permissionForTexts({ task, permission }: RouteRequest): CloudPermission | undefined {
  return task === 'embed' ? permission : undefined;
}

/** What runs here costs nothing and goes nowhere. */
const LOCAL_TERMS: CloudTerms = Object.freeze({ costUpperBoundUsd: 0 });

function candidatesOf(instance: ProviderInstance, sources: CandidateSources, request: RouteRequest): Candidate[] {
  const { entry, serverId, locality } = instance;
  const { routing } = sources;
  const permission = entry.permission ?? routing.cloudPermission ?? permissionForTexts(request);
  return modelsOf(instance, sources.lists, request).map(({ model, isConfigured, unavailable }) => {
    const isCloud = locality === 'cloud' || model.locality.value === 'cloud';
    const placed: ModelInfo =
      isCloud && model.locality.value === 'local'
        ? { ...model, locality: { value: 'cloud', origin: 'config' } }
        : model;
    const targetId = targetIdOf(serverId, model.modelId);
    const terms = isCloud ? sources.cloudTermsOf(entry, placed, request) : LOCAL_TERMS;
    return {
      ref: toModelRef(entry.id, model.modelId),
      targetId,
      providerId: entry.id,
      model: placed,
      health: sources.healthOf(targetId),
      ...sources.breakerOf(targetId),
      priority: priorityOf(entry.id, entry.priority, routing),
      isConfigured,
      permission: isCloud ? permission : undefined,
      refusal: isCloud ? routing.cloudRefusal : undefined,
      tasks: entry.tasks,
      purposes: entry.purposes,
      ...terms,
      unavailable: unavailable ?? terms.unavailable,
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
    tasks: entry.tasks,
    purposes: entry.purposes,
    unavailable: `off: ${reason}`,
  };
}

/** Every model of every configured provider at this moment, with the snapshots that filters and strategies look at. */
export function gatherCandidates(sources: CandidateSources, request: RouteRequest): readonly Candidate[] {
  return [
    ...sources.registry.active().flatMap((instance) => candidatesOf(instance, sources, request)),
    ...sources.registry.disabled().map(candidateOfDisabled),
  ];
}

/** A candidate as the status tells of it. */
export function toTargetStatus(candidate: Candidate): TargetStatus {
  const { targetId, ref, model, health, isConfigured, unavailable } = candidate;
  return { targetId, ref, model, health, isConfigured, unavailable };
}
