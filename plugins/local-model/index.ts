import { randomBytes } from 'node:crypto';
import {
  ACTIONS,
  AGENT,
  BUDGET_GUARD,
  BUILT_IN_FILTERS,
  BUILT_IN_STRATEGIES,
  CATALOGUE,
  CATALOGUE_SOURCES,
  CHAT_COMMANDS,
  CLOCK,
  DECISION_LOG,
  definePlugin,
  DEMO_STEPS,
  EMBEDDERS,
  EMBEDDINGS_FACTORY,
  EMBEDDINGS_PREPARATION,
  FILTERS,
  HEALTH_CHECKS,
  INDEX_DRIVERS,
  KNOWLEDGE_STORES,
  MODEL_ADVISOR,
  MODEL_ROUTER,
  openConversations,
  PRIVACY_POLICY,
  PROVIDER_ENTRIES,
  PROVIDERS,
  RESPONSE_CACHE,
  RouterAdvisor,
  ROUTING_STATE,
  SERVICES,
  SETTINGS,
  STORE_DRIVERS,
  spaceFilter,
  STRATEGIES,
  TOOLS,
  USAGE_LEDGER,
  type EmbeddingsFactory,
  type PluginScope,
} from 'wooster';
import type { ModelsPorts } from './actions/models/models-ports.ts';
import { localModelActions } from './actions/local-model-actions.ts';
import { contributeKnowledge, localModelSchema, type LocalModelSettings } from './assembly/contribute-knowledge.ts';
import {
  createDiscovery,
  createFactory,
  createKeeper,
  createRouter,
  createRuntime,
  createSupervision,
  provideStores,
} from './assembly/create-parts.ts';
import { serverActions } from './actions/servers/server-actions.ts';
import { LOCAL_EMBEDDERS } from './catalogue/embedders.ts';
import { LOCAL_CATALOGUE } from './catalogue/models/local-catalogue.ts';
import { EMBEDDED_WEIGHTS } from './catalogue/weights-catalogue.ts';
import { chatCommands } from './chat/chat-commands.ts';
import { doctorChecks } from './doctor/doctor-checks.ts';
import { demoSteps } from './demo/demo-steps.ts';
import { LOCAL_PROVIDER_IDS, localProviders } from './providers/local-providers.ts';
import { embeddingsPreparation } from './runtime/embeddings-preparation.ts';
import { localModelTools } from './tools/local-model-tools.ts';

function activate(scope: PluginScope<LocalModelSettings>): void {
  const runtime = createRuntime(scope);
  const supervision = createSupervision(scope);
  const discovery = createDiscovery(scope);
  const router = createRouter(scope, discovery);
  scope.add(discovery);
  scope.add(runtime);
  scope.add(supervision);
  scope.add(router);
  const keeper = createKeeper(scope, router, runtime);
  scope.add(keeper);
  scope.contribute(SERVICES, keeper);
  scope.provide(MODEL_ROUTER, router);
  scope.provide(EMBEDDINGS_FACTORY, createFactory(scope, router));
  provideStores(scope);
  const clock = scope.get(CLOCK);
  const embeddings = (): EmbeddingsFactory => scope.get(EMBEDDINGS_FACTORY);
  const advisor = new RouterAdvisor(() => router);
  scope.provide(MODEL_ADVISOR, advisor);
  const ports: ModelsPorts = {
    router: () => router,
    advisor: () => advisor,
    log: scope.log,
    keeper: () => keeper,
    measurements: () => scope.get(ROUTING_STATE).measurements,
    discoverPorts: () => ({
      discovery,
      settings: scope.get(SETTINGS),
      extensions: scope.extensions,
      configDirectory: scope.workspace.configDirectory,
    }),
    embeddings,
    decisions: () => scope.get(DECISION_LOG),
    agent: () => scope.get(AGENT),
    conversations: () => openConversations(scope.workspace),
    extensions: scope.extensions,
    settings: scope.get(SETTINGS),
    clock,
    newId: () => randomBytes(4).toString('hex'),
  };
  scope.provide(EMBEDDINGS_PREPARATION, embeddingsPreparation(ports, runtime));
  for (const filter of [...BUILT_IN_FILTERS, spaceFilter]) scope.contribute(FILTERS, filter);
  for (const strategy of BUILT_IN_STRATEGIES) scope.contribute(STRATEGIES, strategy);
  contributeKnowledge(scope);
  const { hubBaseUrl: baseUrl, downloadRefusal: refusal } = ports.settings.embedded;
  const hub = { baseUrl, refusal };
  for (const provider of localProviders(runtime, hub, supervision)) scope.contribute(PROVIDERS, provider);
  for (const tool of localModelTools(ports)) scope.contribute(TOOLS, tool);
  const servers = serverActions({ ports, supervision, workspace: scope.workspace });
  for (const action of [...localModelActions(ports, runtime), ...servers]) scope.contribute(ACTIONS, action);
  const doctor = { ...ports, runtime, supervision, workspace: scope.workspace };
  for (const check of doctorChecks(doctor)) scope.contribute(HEALTH_CHECKS, check);
  for (const command of chatCommands(ports)) scope.contribute(CHAT_COMMANDS, command);
  for (const step of demoSteps(ports, runtime)) scope.contribute(DEMO_STEPS, step);
}

/** Local models: the router, the providers that run on machines of the user, their tools and commands. */
export const plugin = definePlugin({
  id: 'local-model',
  version: '0.1.0',
  summary: 'Routes conversations to the models of this machine and manages the embedded one.',
  config: localModelSchema,
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
  provides: [MODEL_ROUTER, MODEL_ADVISOR, EMBEDDINGS_FACTORY, EMBEDDINGS_PREPARATION, KNOWLEDGE_STORES],
  contributes: [
    { point: PROVIDERS, ids: LOCAL_PROVIDER_IDS },
    {
      point: ACTIONS,
      ids: [
        'ask',
        'chat',
        'conversations',
        'doctor',
        'health-check',
        'logs',
        'models',
        'servers',
        'setup',
        'status',
        'use',
        'why',
      ],
    },
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
    { point: HEALTH_CHECKS, ids: 'dynamic' },
    { point: SERVICES, ids: ['model-keeper'] },
    { point: CHAT_COMMANDS, ids: ['model', 'why', 'tools', 'conversations', 'resume', 'export'] },
    { point: DEMO_STEPS, ids: ['found-servers', 'setup', 'questions', 'health'] },
    { point: STRATEGIES, ids: 'dynamic' },
    { point: FILTERS, ids: 'dynamic' },
    { point: EMBEDDED_WEIGHTS, ids: 'dynamic' },
    { point: INDEX_DRIVERS, ids: ['exact', 'faiss'] },
    { point: STORE_DRIVERS, ids: ['sqlite'] },
    { point: EMBEDDERS, ids: LOCAL_EMBEDDERS.map(({ id }) => id) },
    { point: PROVIDER_ENTRIES, ids: 'dynamic' },
    { point: CATALOGUE, ids: 'dynamic' },
    { point: CATALOGUE_SOURCES, ids: [LOCAL_CATALOGUE.id] },
  ],
  activate,
});
