import type { Cloud } from '../common/cloud.ts';
import type { KeyWire } from '../common/keyed-fetch.ts';
import { BEARER_KEY } from '../openai/openai-fetch.ts';
import { mendError, readOpenRouterError } from './openrouter-errors.ts';
import { readOpenRouterModels } from './openrouter-models.ts';

/** What a user may set for OpenRouter. */
interface OpenRouterOptions {
  /** Which providers behind it may answer. */
  readonly provider: Readonly<Record<string, unknown>>;
  readonly reasoning?: Readonly<Record<string, unknown>>;
  /** Marks long beginnings for models that keep what is marked alone. */
  readonly promptCaching: boolean;
}

/** What an error within a reply says. */
const readError = (told: unknown) => mendError(told, Date.now());

const WIRE: KeyWire = { ...BEARER_KEY, readError: readOpenRouterError };

/**
 * OpenRouter: many providers behind the chat wire of OpenAI, asked through OpenAI's package. LangChain's own package for
 * it brings a second and older copy of that one with its client, and adds nothing that the contract asks.
 */
export function openRouterCloud({ provider, reasoning, promptCaching }: OpenRouterOptions): Cloud {
  const besides = {
    provider: { data_collection: 'deny', ...provider },
    // Counts and the cost at the end of a stream.
    usage: { include: true },
    ...(reasoning !== undefined && { reasoning }),
  };
  return {
    wire: WIRE,
    rootOf: ({ api }) => api,
    modelsPath: '/models',
    readPage: readOpenRouterModels,
    // Its list is public and looks at no key.
    keyPath: '/key',
    async chat({ base, ...attempt }) {
      const { OpenRouterChatModel } = await import('./openrouter-chat-model.ts');
      const fields = { ...attempt, baseUrl: base.api, besides, needsDone: true, wire: WIRE, readError };
      return new OpenRouterChatModel(fields, promptCaching);
    },
  };
}
