import {
  BUDGET_GUARD,
  CLOCK,
  createEmbeddingsFactory,
  createGuardedHttp,
  createKnowledgeStores,
  createModelRouter,
  createPermitOffice,
  cutPassage,
  DECISION_LOG,
  EMBEDDINGS_FACTORY,
  EXACT_INDEX_DRIVER,
  FAISS_INDEX_DRIVER,
  INDEX_DRIVERS,
  KNOWLEDGE_STORES,
  PRIVACY_POLICY,
  PROVIDER_ENTRIES,
  RESPONSE_CACHE,
  ROUTING_STATE,
  SETTINGS,
  legacyOpener,
  sqliteStoreDriver,
  STORE_DRIVERS,
  USAGE_LEDGER,
  type EmbeddingsFactory,
  type ModelRouterService,
  type PluginScope,
} from 'wooster';
import { LazyDiscovery } from '../discovery/lazy-discovery.ts';
import { EmbeddedRuntime } from '../runtime/embedded-runtime.ts';
import { KeeperService } from '../services/keeper-service.ts';
import { ServerSupervision } from '../supervision/server-supervision.ts';

/** The search for servers that nobody configured. */
export function createDiscovery(scope: PluginScope): LazyDiscovery {
  const { extensions, log } = scope;
  return new LazyDiscovery({
    settings: scope.get(SETTINGS),
    extensions,
    contribute: (entry) => scope.contribute(PROVIDER_ENTRIES, entry),
    clock: scope.get(CLOCK),
    log,
  });
}

/** The router over what all plugins contribute. */
export function createRouter(scope: PluginScope, discovery: LazyDiscovery): ReturnType<typeof createModelRouter> {
  return createModelRouter({
    settings: scope.get(SETTINGS),
    extensions: scope.extensions,
    permits: createPermitOffice(),
    createHttp: createGuardedHttp,
    state: scope.get(ROUTING_STATE),
    ledger: scope.get(USAGE_LEDGER),
    budget: scope.get(BUDGET_GUARD),
    privacy: scope.get(PRIVACY_POLICY),
    cache: scope.get(RESPONSE_CACHE),
    discover: (signal) => discovery.ensure(signal),
    clock: scope.get(CLOCK),
    log: scope.log,
  });
}

/** The embeddings of purposes. */
export function createFactory(scope: PluginScope, router: ModelRouterService): EmbeddingsFactory {
  return createEmbeddingsFactory({
    router,
    settings: scope.get(SETTINGS),
    extensions: scope.extensions,
    state: scope.get(ROUTING_STATE),
    clock: scope.get(CLOCK),
    log: scope.log,
  });
}

/** Stores of knowledge; they ask for embeddings when texts are embedded, not before. */
export function provideStores(scope: PluginScope): void {
  const { extensions, workspace } = scope;
  const embeddings = (): EmbeddingsFactory => scope.get(EMBEDDINGS_FACTORY);
  for (const driver of [EXACT_INDEX_DRIVER, FAISS_INDEX_DRIVER]) scope.contribute(INDEX_DRIVERS, driver);
  scope.contribute(
    STORE_DRIVERS,
    sqliteStoreDriver({ embeddings, extensions, settings: scope.get(SETTINGS), cut: cutPassage }),
  );
  scope.provide(
    KNOWLEDGE_STORES,
    createKnowledgeStores({ workspace, extensions, openLegacy: legacyOpener(embeddings) }),
  );
}

/** What runs inside Wooster. */
export function createRuntime(scope: PluginScope): EmbeddedRuntime {
  const settings = scope.get(SETTINGS);
  return new EmbeddedRuntime({
    settings: settings.embedded,
    embeddings: settings.embeddings,
    cacheDirectory: scope.workspace.cacheDirectory,
    extensions: scope.extensions,
    loadTimeoutMs: settings.routing.limits.loadMs,
    log: scope.log,
  });
}

/** The servers that are started when they are needed. */
export function createSupervision(scope: PluginScope): ServerSupervision {
  const { workspace, log } = scope;
  const { loadMs } = scope.get(SETTINGS).routing.limits;
  return new ServerSupervision({ workspace, loadMs, clock: scope.get(CLOCK), log });
}

/** What keeps models in memory as the settings say; a model inside Wooster that is not here is not fetched for it. */
export function createKeeper(scope: PluginScope, router: ModelRouterService, runtime: EmbeddedRuntime): KeeperService {
  return new KeeperService({
    router: () => router,
    decisions: () => scope.get(DECISION_LOG),
    measurements: () => scope.get(ROUTING_STATE).measurements,
    settings: scope.get(SETTINGS).lifecycle,
    clock: scope.get(CLOCK),
    log: scope.log,
    isHere: async (ref) => !ref.startsWith('embedded:') || (await runtime.isPresent()),
  });
}
