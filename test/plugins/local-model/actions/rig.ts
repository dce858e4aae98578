import { localModelActions } from '../../../../plugins/local-model/actions/local-model-actions.ts';
import type { ModelsPorts } from '../../../../plugins/local-model/actions/models/models-ports.ts';
import { CHAT_WEIGHTS } from '../../../../plugins/local-model/catalogue/chat-weights.ts';
import { EMBEDDER_WEIGHTS } from '../../../../plugins/local-model/catalogue/embedder-weights.ts';
import { EMBEDDED_WEIGHTS } from '../../../../plugins/local-model/catalogue/weights-catalogue.ts';
import type { EvictionReport } from '../../../../plugins/local-model/services/eviction-watch.ts';
import type { EmbeddedRuntime } from '../../../../plugins/local-model/runtime/embedded-runtime.ts';
import {
  LOCAL_PRINCIPAL,
  openConversations,
  RouterAdvisor,
  type Action,
  type Agent,
  type AgentRequest,
  type EmbeddingsFactory,
  type HostSettings,
  type RouteTrace,
  type Terminal,
  type Workspace,
} from '../../../../src/index.ts';
import { createMemoryState } from '../../../../src/kernel/state/memory-state.ts';
import { embeddingsFactoryDouble } from '../../../doubles/embeddings-double.ts';
import { createExtensionsDouble } from '../../../doubles/extensions-double.ts';
import { createRouterDouble, type DoubleModel } from '../../../doubles/router-double.ts';
import { ScriptedChatModel } from '../../../doubles/scripted-chat-model.ts';
import { CollectedLog } from '../../../routing/doubles/rig.ts';
import { createTerminalDouble } from '../../../doubles/terminal-double.ts';

/** What a rig is made of. */
export interface RigOptions {
  readonly models?: readonly DoubleModel[];
  readonly traces?: readonly RouteTrace[];
  readonly settings?: Partial<HostSettings>;
  readonly terminal?: Partial<Terminal>;
  readonly lines?: readonly string[];
  readonly isPresent?: boolean;
  readonly mayDownload?: boolean;
  readonly embeddings?: EmbeddingsStatus;
  readonly evictions?: readonly EvictionReport[];
  /** Folder that holds the conversations. */
  readonly stateDirectory?: string;
}

type EmbeddingsStatus = Awaited<ReturnType<EmbeddingsFactory['status']>>;

const NO_EMBEDDINGS: EmbeddingsStatus = { models: [], purposes: [] };

const SETTINGS = {
  routing: { cloudPermission: undefined, cloudRefusal: undefined },
  providers: [{ id: 'embedded', kind: 'embedded', isEnabled: true }],
  embedded: { model: 'qwen2.5-coder-0.5b-instruct-q4_k_m' },
  generation: {},
  tools: { approvals: { read: 'allow', write: 'ask', network: 'ask' } },
} as unknown as HostSettings;

/** The actions of the plugin over doubles: run one by its id, look at what it asked and showed. */
export function createRig(options: RigOptions = {}) {
  const router = createRouterDouble(
    new ScriptedChatModel([]),
    options.models ?? [{ providerId: 'embedded', modelId: 'small', hasTools: true }],
  );
  const requests: AgentRequest[] = [];
  const agent: Agent = {
    run: async function* (request) {
      requests.push(request);
      yield { kind: 'text', text: 'Paris' };
      yield {
        kind: 'finished',
        reply: {
          text: 'Paris',
          ref: 'embedded:small',
          decisionId: 'd1',
          usage: { inputTokens: 5, outputTokens: 1, isEstimated: false },
          firstTokenMs: 12.4,
          totalMs: 99.6,
          costUsd: 0,
          finishReason: 'stop',
          messages: [],
          citations: [],
        },
      };
    },
  };
  const traces = options.traces ?? [];
  const prepared: string[] = [];
  const preloads: string[] = [];
  const runtime = {
    modelId: 'qwen2.5-coder-0.5b-instruct-q4_k_m',
    mayDownload: options.mayDownload ?? true,
    isPresent: async () => options.isPresent ?? true,
    prepare: async () => {
      prepared.push('prepared');
      return { modelPath: '/models/small.gguf', enginePackage: 'engine' };
    },
    onPreparation: () => ({ dispose: () => {} }),
    embedders: {
      wanted: () => [{ id: 'all-minilm-l6-v2' }],
      prepare: async () => ({ tokenizerPath: '/models/all-minilm-l6-v2/tokenizer.json' }),
    },
  } as unknown as EmbeddedRuntime;
  const state = createMemoryState();
  const ports: ModelsPorts = {
    router: () => router,
    advisor: () => new RouterAdvisor(() => router),
    log: new CollectedLog(),
    measurements: () => state.measurements,
    keeper: () => ({
      preload: async () => void preloads.push('preload'),
      evictions: async () => options.evictions ?? [],
    }),
    discoverPorts: () => {
      throw new Error('the double looks for no servers');
    },
    embeddings: () => ({ ...embeddingsFactoryDouble(), status: async () => options.embeddings ?? NO_EMBEDDINGS }),
    decisions: () => ({
      get: (id) => traces.find(({ decision }) => decision.id === id),
      list: ({ limit } = {}) => traces.slice(0, limit),
    }),
    agent: () => agent,
    conversations: () => openConversations({ stateDirectory: options.stateDirectory ?? '/nowhere' } as Workspace),
    extensions: createExtensionsDouble([[EMBEDDED_WEIGHTS, [...CHAT_WEIGHTS, ...EMBEDDER_WEIGHTS]]]),
    settings: { ...SETTINGS, ...options.settings },
    clock: { now: () => 0, monotonic: () => 0 },
    newId: () => 'new1',
  };
  const terminal = createTerminalDouble(options.lines, options.terminal);
  const actions = localModelActions(ports, runtime);
  const find = (id: string): Action => {
    const action = actions.find((each) => each.id === id);
    if (action === undefined) throw new Error(`no action ${id}`);
    return action;
  };
  const run = async (id: string, args: Record<string, unknown> = {}) => {
    const action = find(id);
    const result: unknown = await action.run(action.args.parse(args), {
      signal: new AbortController().signal,
      progress: { update: () => {}, note: () => {}, finish: () => {} },
      principal: LOCAL_PRINCIPAL,
      terminal,
    });
    action.result.parse(result);
    return {
      result,
      text: (await action.render?.(result, { width: 100, hasColor: false })) ?? '',
      exitCode: action.exitCode?.(result) ?? 0,
    };
  };
  return { run, router, requests, terminal, prepared, preloads, state };
}
