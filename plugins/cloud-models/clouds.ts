import { z } from 'zod';
import { defineCloud } from './common/cloud-provider.ts';

/** OpenAI, or what speaks its wire at a configured address in a cloud. */
export const openai = defineCloud({
  id: 'openai',
  title: 'OpenAI',
  knownEnv: ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_MODEL'],
  baseUrl: 'https://api.openai.com/v1',
  settings: z.strictObject({}),
  canEmbed: true,
  load: async () => {
    const { openAICloud } = await import('./openai/openai-cloud.ts');
    return openAICloud;
  },
});

/** Anthropic's own service, or what speaks its wire at a configured address. */
export const anthropic = defineCloud({
  id: 'anthropic',
  title: 'Anthropic',
  knownEnv: ['ANTHROPIC_API_KEY'],
  baseUrl: 'https://api.anthropic.com',
  settings: z.strictObject({
    thinking: z
      .union([z.literal('adaptive'), z.int().min(1024).max(128_000)])
      .optional()
      .describe('Reasoning before the answer: tokens, or `adaptive`.'),
    promptCaching: z.boolean().default(true).describe('Marks long beginnings to be kept for the next turn.'),
  }),
  load: async (options) => {
    const { anthropicCloud } = await import('./anthropic/anthropic-cloud.ts');
    return anthropicCloud(options);
  },
});

/** Gemini by the API of Google AI, version v1beta. */
export const gemini = defineCloud({
  id: 'gemini',
  title: 'Gemini',
  knownEnv: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  baseUrl: 'https://generativelanguage.googleapis.com',
  settings: z.strictObject({
    thinking: z
      .enum(['minimal', 'low', 'medium', 'high'])
      .optional()
      .describe('How much it reasons before it answers.'),
  }),
  canEmbed: true,
  load: async (options) => {
    const { geminiCloud } = await import('./gemini/gemini-cloud.ts');
    return geminiCloud(options);
  },
});

/** OpenRouter: many providers behind one address. */
export const openrouter = defineCloud({
  id: 'openrouter',
  title: 'OpenRouter',
  knownEnv: ['OPENROUTER_API_KEY'],
  baseUrl: 'https://openrouter.ai/api/v1',
  tellsPrices: true,
  settings: z.strictObject({
    provider: z
      .record(z.string(), z.unknown())
      .default({})
      .describe('Which providers behind it may answer; `data_collection` is `deny` where it is not set.'),
    reasoning: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Reasoning before the answer: `{ effort: "low" }`.'),
    promptCaching: z
      .boolean()
      .default(true)
      .describe('Marks long beginnings to be kept, where the model is one of Anthropic.'),
  }),
  load: async (options) => {
    const { openRouterCloud } = await import('./openrouter/openrouter-cloud.ts');
    return openRouterCloud(options);
  },
});
