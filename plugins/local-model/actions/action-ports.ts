import type {
  Agent,
  AgentRequest,
  CacheMode,
  Clock,
  Conversations,
  DecisionLog,
  EmbeddingsFactory,
  Extensions,
  HostSettings,
  ModelRef,
  ModelRouterService,
  PrivacyClass,
  ToolOffer,
} from 'wooster';
import { CONTEXT_SOURCES, UsageError } from 'wooster';
import { z } from 'zod';
import type { KeeperService } from '../services/keeper-service.ts';
import { requireModelRef } from '../tools/model-call.ts';

/** What the actions of this plugin are made of; each is read when an action runs. */
export interface ActionPorts {
  readonly router: () => ModelRouterService;
  readonly keeper: () => Pick<KeeperService, 'preload' | 'evictions'>;
  readonly embeddings: () => EmbeddingsFactory;
  readonly decisions: () => DecisionLog;
  readonly agent: () => Agent;
  readonly conversations: () => Promise<Conversations>;
  readonly extensions: Extensions;
  readonly settings: HostSettings;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Options of every action that talks to a model. */
export const conversationFields = {
  model: z.string().optional().describe('use this model only, as provider:model'),
  strategy: z.string().optional().describe('strategy for this call: local-first, cloud-first, local-only'),
  local: z.boolean().default(false).describe('keep to the models of this machine: the same as --privacy local-only'),
  privacy: z
    .enum(['local-only', 'no-training', 'any'])
    .optional()
    .describe('how far this may go; a stricter rule of yours still holds'),
  tools: z
    .enum(['auto', 'all', 'none'])
    .default('auto')
    .describe('tools offered to a model that can call them: those of plugins, also those that manage models, or none'),
  temperature: z.number().min(0).max(2).optional().describe('0 is the most predictable'),
  maxTokens: z.number().int().positive().optional().describe('upper limit of the answer'),
  cache: z
    .enum(['auto', 'always', 'off'])
    .optional()
    .describe('whether an answer kept from an equal call will do: at temperature 0, always, or never'),
  project: z.string().optional().describe('answer from the documents of this project; see `wooster projects`'),
};

/** Parsed form of `conversationFields`. */
interface ConversationArguments {
  readonly model?: string;
  readonly strategy?: string;
  readonly local: boolean;
  readonly privacy?: PrivacyClass;
  readonly tools: ToolOffer;
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly project?: string;
  readonly cache?: CacheMode;
}

/** UsageError when nothing that is loaded feeds the option. */
function requireProjects(extensions: Extensions): void {
  if (extensions.list(CONTEXT_SOURCES).some(({ option }) => option === 'project')) return;
  throw new UsageError('--project needs the plugin that keeps projects, which is off: see `wooster plugins`');
}

/** What the options say of a turn. UsageError for an unknown strategy. */
export function toTurn(
  args: ConversationArguments,
  ports: ActionPorts,
): Pick<AgentRequest, 'pinned' | 'privacy' | 'strategy' | 'parameters' | 'tools' | 'project' | 'cache'> {
  if (args.project !== undefined) requireProjects(ports.extensions);
  const { strategies } = ports.router().status();
  if (args.strategy !== undefined && !strategies.includes(args.strategy)) {
    throw new UsageError(`there is no strategy "${args.strategy}": use one of ${strategies.join(', ')}`);
  }
  const { generation } = ports.settings;
  const privacy: PrivacyClass | undefined = args.local ? 'local-only' : args.privacy;
  const pinned: ModelRef | undefined = args.model === undefined ? undefined : requireModelRef(args.model);
  return {
    pinned,
    privacy,
    strategy: args.strategy,
    tools: args.tools,
    cache: args.cache,
    project: args.project,
    parameters: {
      temperature: args.temperature ?? generation.temperature,
      maxTokens: args.maxTokens ?? generation.maxTokens,
    },
  };
}
