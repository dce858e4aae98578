import { randomBytes } from 'node:crypto';
import {
  ACTIONS,
  AGENT,
  BUDGET_GUARD,
  BUILT_IN_FILTERS,
  BUILT_IN_STRATEGIES,
  CHAT_COMMANDS,
  CLOCK,
  createEmbeddingsFactory,
  createGuardedHttp,
  createKnowledgeStores,
  createModelRouter,
  createPermitOffice,
  DECISION_LOG,
  definePlugin,
  DEMO_STEPS,
  EMBEDDERS,
  EMBEDDINGS_FACTORY,
  EMBEDDINGS_PREPARATION,
  EXACT_INDEX_DRIVER,
  FAISS_INDEX_DRIVER,
  FILTERS,
  INDEX_DRIVERS,
  KNOWLEDGE_STORES,
  MODEL_ROUTER,
  PRIVACY_POLICY,
  PROVIDERS,
  RESPONSE_CACHE,
  ROUTING_STATE,
  SETTINGS,
  legacyOpener,
  sqliteStoreDriver,
  STORE_DRIVERS,
  spaceFilter,
  STRATEGIES,
  TOOLS,
  USAGE_LEDGER,
  type EmbeddingsFactory,
  type ModelRouterService,
  type PluginScope,
} from 'wooster';
import { z } from 'zod';
import type { ActionPorts } from './actions/action-ports.ts';
import { localModelActions } from './actions/local-model-actions.ts';
import { CHAT_WEIGHTS } from './catalogue/chat-weights.ts';
import { EMBEDDER_WEIGHTS } from './catalogue/embedder-weights.ts';
import { LOCAL_EMBEDDERS } from './catalogue/embedders.ts';
import { EMBEDDED_WEIGHTS } from './catalogue/weights-catalogue.ts';
import { chatCommands } from './chat/chat-commands.ts';
import { demoSteps } from './demo/demo-steps.ts';
import { LOCAL_PROVIDER_IDS, localProviders } from './providers/local-providers.ts';
import { EmbeddedRuntime } from './runtime/embedded-runtime.ts';
import { embeddingsPreparation } from './runtime/embeddings-preparation.ts';
import { localModelTools } from './tools/local-model-tools.ts';

function createRouter(scope: PluginScope): ReturnType<typeof createModelRouter> {
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
    clock: scope.get(CLOCK),
    log: scope.log,
  });
}

function createFactory(scope: PluginScope, router: ModelRouterService): EmbeddingsFactory {
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
function provideStores(scope: PluginScope): void {
  const { extensions, workspace } = scope;
  const embeddings = (): EmbeddingsFactory => scope.get(EMBEDDINGS_FACTORY);
  for (const driver of [EXACT_INDEX_DRIVER, FAISS_INDEX_DRIVER]) scope.contribute(INDEX_DRIVERS, driver);
  scope.contribute(STORE_DRIVERS, sqliteStoreDriver({ embeddings, extensions, settings: scope.get(SETTINGS) }));
  scope.provide(
    KNOWLEDGE_STORES,
    createKnowledgeStores({ workspace, extensions, openLegacy: legacyOpener(embeddings) }),
  );
}

function createRuntime(scope: PluginScope): EmbeddedRuntime {
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

function activate(scope: PluginScope): void {
  const runtime = createRuntime(scope);
  const router = createRouter(scope);
  scope.add(runtime);
  scope.add(router);
  scope.provide(MODEL_ROUTER, router);
  scope.provide(EMBEDDINGS_FACTORY, createFactory(scope, router));
  provideStores(scope);
  const clock = scope.get(CLOCK);
  const embeddings = (): EmbeddingsFactory => scope.get(EMBEDDINGS_FACTORY);
  const ports: ActionPorts = {
    router: () => router,
    embeddings,
    decisions: () => scope.get(DECISION_LOG),
    agent: () => scope.get(AGENT),
    extensions: scope.extensions,
    settings: scope.get(SETTINGS),
    clock,
    newId: () => randomBytes(4).toString('hex'),
  };
  scope.provide(EMBEDDINGS_PREPARATION, embeddingsPreparation(ports, runtime));
  for (const filter of [...BUILT_IN_FILTERS, spaceFilter]) scope.contribute(FILTERS, filter);
  for (const strategy of BUILT_IN_STRATEGIES) scope.contribute(STRATEGIES, strategy);
  for (const weights of [...CHAT_WEIGHTS, ...EMBEDDER_WEIGHTS]) scope.contribute(EMBEDDED_WEIGHTS, weights);
  for (const embedder of LOCAL_EMBEDDERS) scope.contribute(EMBEDDERS, embedder);
  for (const provider of localProviders(runtime)) scope.contribute(PROVIDERS, provider);
  for (const tool of localModelTools(ports)) scope.contribute(TOOLS, tool);
  for (const action of localModelActions(ports, runtime)) scope.contribute(ACTIONS, action);
  for (const command of chatCommands(ports)) scope.contribute(CHAT_COMMANDS, command);
  for (const step of demoSteps(ports, runtime)) scope.contribute(DEMO_STEPS, step);
}

/** Local models: the router, the providers that run on machines of the user, their tools and commands. */
export const plugin = definePlugin({
  id: 'local-model',
  version: '0.1.0',
  summary: 'Routes conversations to the models of this machine and manages the embedded one.',
  config: z.strictObject({}),
  needs: [
    SETTINGS,
    CLOCK,
    AGENT,
    ROUTING_STATE,
    DECISION_LOG,
    USAGE_LEDGER,
    BUDGET_GUARD,
    PRIVACY_POLICY,
    RESPONSE_CACHE,
  ],
  provides: [MODEL_ROUTER, EMBEDDINGS_FACTORY, EMBEDDINGS_PREPARATION, KNOWLEDGE_STORES],
  contributes: [
    { point: PROVIDERS, ids: LOCAL_PROVIDER_IDS },
    { point: ACTIONS, ids: ['ask', 'chat', 'health-check', 'models', 'setup', 'status', 'use', 'why'] },
    {
      point: TOOLS,
      ids: [
        'local_chat',
        'local_generate',
        'local_code_assist',
        'local_summarize',
        'intelligent_route',
        'list_local_models',
        'switch_model',
        'model_status',
        'download_model',
        'check_local_embedding_health',
        'list_embedding_models',
      ],
    },
    { point: CHAT_COMMANDS, ids: ['model', 'why', 'tools'] },
    { point: DEMO_STEPS, ids: ['local-ports', 'setup', 'questions', 'health'] },
    { point: STRATEGIES, ids: 'dynamic' },
    { point: FILTERS, ids: 'dynamic' },
    { point: EMBEDDED_WEIGHTS, ids: 'dynamic' },
    { point: INDEX_DRIVERS, ids: ['exact', 'faiss'] },
    { point: STORE_DRIVERS, ids: ['sqlite'] },
    { point: EMBEDDERS, ids: LOCAL_EMBEDDERS.map(({ id }) => id) },
  ],
  activate,
});
