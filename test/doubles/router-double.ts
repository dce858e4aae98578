import type {
  ModelInfo,
  ModelRouterService,
  RouteDecision,
  RoutedChatDefaults,
  RouteRequest,
  RouterStatus,
  TargetStatus,
} from '../../src/index.ts';
import type { ScriptedChatModel } from './scripted-chat-model.ts';

/** One model that the double knows. */
export interface DoubleModel {
  readonly providerId: string;
  readonly modelId: string;
  readonly hasTools?: boolean;
  /** 4,096 unless told. */
  readonly contextTokens?: number;
  readonly locality?: 'local' | 'cloud';
}

/** A router that always chooses its first model and keeps what it was asked. */
export interface RouterDouble extends ModelRouterService {
  readonly defaults: RoutedChatDefaults[];
  readonly switched: string[];
}

function toTarget({
  providerId,
  modelId,
  hasTools,
  locality = 'local',
  contextTokens = 4096,
}: DoubleModel): TargetStatus {
  const ref = `${providerId}:${modelId}` as const;
  const model: ModelInfo = {
    ref,
    providerId,
    modelId,
    capabilities: {
      chat: { value: true, origin: 'server' },
      ...(hasTools === undefined ? {} : { tools: { value: hasTools, origin: 'server' } }),
    },
    locality: { value: locality, origin: 'server' },
    contextTokens: { value: contextTokens, origin: 'server' },
  };
  return {
    targetId: `${providerId}@127.0.0.1:1/${modelId}`,
    ref,
    model,
    health: { state: 'ready', ageMs: 0 },
    isConfigured: true,
  };
}

/** Makes a router double; `models[0]` is what it chooses, none means an empty chain. */
export function createRouterDouble(chatModel: ScriptedChatModel, models: readonly DoubleModel[]): RouterDouble {
  const targets = models.map(toTarget);
  const defaults: RoutedChatDefaults[] = [];
  const switched: string[] = [];
  let decisions = 0;
  const decide = (request: RouteRequest): RouteDecision => ({
    id: `d${(decisions += 1)}`,
    decidedAt: 0,
    request,
    strategy: 'local-first',
    chain: targets
      .slice(0, 1)
      .map(({ ref, targetId, model }) => ({ ref, targetId, locality: model.locality.value, score: 1 })),
    rejected: [],
  });
  const status = (): RouterStatus => ({
    strategy: 'local-first',
    strategies: ['local-first'],
    isLocalOnly: false,
    switches: [],
    targets,
    disabled: [],
  });
  return {
    defaults,
    switched,
    decide: async (request) => decide(request),
    execute: () => {
      throw new Error('the double executes nothing');
    },
    open: async () => chatModel,
    model: async (given = {}) => {
      defaults.push(given);
      given.onDecision?.(
        decide({ task: 'chat', needs: {}, privacy: given.privacy ?? 'any', principal: { id: 'local', kind: 'local' } }),
      );
      return chatModel;
    },
    switchModel: async (ref) => void switched.push(String(ref)),
    setStrategy: async () => {},
    refresh: async () => {},
    status,
    providers: () => [],
    breakers: () => [],
    resetBreakers: () => 0,
    onDecision: () => ({ dispose: () => {} }),
  };
}
