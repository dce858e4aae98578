import { defineProvider } from 'wooster';
import { z } from 'zod';
import { CloudProvider, type Cloud } from '../common/cloud-provider.ts';
import { BEARER_KEY } from '../openai/openai-fetch.ts';
import { readOpenRouterModels } from './openrouter-models.ts';

const BASE_URL = 'https://openrouter.ai/api/v1';

const settings = z.strictObject({
  provider: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('Which providers behind it may answer; `data_collection` is `deny` where it is not set.'),
  reasoning: z.record(z.string(), z.unknown()).optional().describe('Reasoning before the answer: `{ effort: "low" }`.'),
});

function toCloud({ provider, reasoning }: z.output<typeof settings>): Cloud {
  const besides = {
    provider: { data_collection: 'deny', ...provider },
    // Counts and the cost at the end of a stream.
    usage: { include: true },
    ...(reasoning !== undefined && { reasoning }),
  };
  return {
    title: 'OpenRouter',
    keyName: 'OPENROUTER_API_KEY',
    baseUrl: BASE_URL,
    wire: BEARER_KEY,
    rootOf: ({ api }) => api,
    modelsPath: '/models',
    readPage: readOpenRouterModels,
    // Its list is public and looks at no key.
    keyPath: '/key',
    async chat({ base, ...attempt }) {
      const { OpenAIChatModel } = await import('../openai/openai-chat-model.ts');
      return new OpenAIChatModel({ ...attempt, baseUrl: base.api, besides, needsDone: true });
    },
  };
}

/**
 * OpenRouter: many providers behind the chat wire of OpenAI, asked through OpenAI's package. LangChain's own package for
 * it brings a second and older copy of that one with its client, and adds nothing that the contract asks.
 */
export const openrouter = defineProvider({
  id: 'openrouter',
  title: 'OpenRouter',
  locality: 'cloud',
  settings,
  knownEnv: ['OPENROUTER_API_KEY'],
  defaultBaseUrl: BASE_URL,
  create: (options, dependencies) => new CloudProvider(toCloud(options), dependencies),
});
