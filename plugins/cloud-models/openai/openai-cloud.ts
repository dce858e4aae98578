import { z } from 'zod';
import type { Cloud, ListedModel } from '../common/cloud.ts';
import { BEARER_KEY } from './openai-fetch.ts';

/** Families that the list names beside chat models. */
const EMBEDDING = /^text-embedding-/;
const NO_CHAT = /^(text-embedding-|whisper|tts-|dall-e|gpt-image|omni-moderation|text-moderation|sora|babbage|davinci)/;

const listSchema = z.looseObject({ data: z.array(z.looseObject({ id: z.string().min(1) })) });

function toModel({ id: modelId }: { readonly id: string }): ListedModel {
  const canChat = !NO_CHAT.test(modelId);
  return {
    modelId,
    capabilities: {
      chat: { value: canChat, origin: 'catalogue' },
      embed: { value: EMBEDDING.test(modelId), origin: 'catalogue' },
      ...(canChat ? {} : { tools: { value: false, origin: 'catalogue' } as const }),
    },
  };
}

/** What OpenAI does differently. */
export const openAICloud: Cloud = {
  wire: BEARER_KEY,
  rootOf: ({ api }) => api,
  modelsPath: '/models',
  readPage: (page) => {
    const list = listSchema.safeParse(page);
    return list.success ? { models: list.data.data.map(toModel) } : undefined;
  },
  async chat({ base, ...attempt }) {
    const { OpenAIChatModel } = await import('./openai-chat-model.ts');
    return new OpenAIChatModel({ ...attempt, baseUrl: base.api });
  },
  async embeddings(attempt) {
    const { openOpenAIEmbeddings } = await import('./openai-embedding-model.ts');
    return openOpenAIEmbeddings(attempt);
  },
};
