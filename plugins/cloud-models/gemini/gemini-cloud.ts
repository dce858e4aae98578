import { findCatalogueEntry, type BaseUrl } from 'wooster';
import { z } from 'zod';
import { GEMINI_CATALOGUE } from '../common/cloud-catalogue.ts';
import type { Cloud, ListedModel } from '../common/cloud.ts';
import type { KeyWire } from '../common/keyed-fetch.ts';
import type { GeminiOptions } from './gemini-chat-model.ts';

const MODELS = '/v1beta/models?pageSize=1000';

const pageSchema = z.looseObject({
  models: z.array(
    z.looseObject({
      name: z.string().min(1),
      inputTokenLimit: z.number().positive().optional(),
      outputTokenLimit: z.number().positive().optional(),
      supportedGenerationMethods: z.array(z.string()).default([]),
      thinking: z.boolean().optional(),
    }),
  ),
  nextPageToken: z.string().optional(),
});

type Listed = z.output<typeof pageSchema>['models'][number];

/** A wrong key is an invalid argument to Google: 400, by the words or by the reason among the details. */
const WRONG_KEY = /API[ _]key (not valid|expired|not found)|API_KEY_INVALID/i;

const KEY: KeyWire = {
  sign: (key) => ['x-goog-api-key', key],
  statusOf: (status, { message }) => (status === 400 && WRONG_KEY.test(message) ? 401 : status),
};

/** The address without the version, which is fixed here. */
function rootOf({ root }: BaseUrl): string {
  return root.replace(/\/v1(alpha|beta)$/, '');
}

function toModel({
  name,
  inputTokenLimit,
  outputTokenLimit,
  supportedGenerationMethods,
  thinking,
}: Listed): ListedModel {
  const modelId = name.replace(/^models\//, '');
  // Prompts that have another price than the catalogue's are no part of the window.
  const priced = findCatalogueEntry(modelId, 'cloud', GEMINI_CATALOGUE)?.contextTokens ?? Infinity;
  const window = Math.min(inputTokenLimit ?? Infinity, priced);
  const can = (method: string) => ({ value: supportedGenerationMethods.includes(method), origin: 'server' }) as const;
  return {
    modelId,
    capabilities: {
      chat: can('generateContent'),
      embed: can('embedContent'),
      ...(thinking !== undefined && { reasoning: { value: thinking, origin: 'server' } as const }),
    },
    ...(inputTokenLimit !== undefined && { contextTokens: { value: window, origin: 'server' } as const }),
    ...(outputTokenLimit !== undefined && { maxOutputTokens: { value: outputTokenLimit, origin: 'server' } as const }),
  };
}

/** What Gemini does differently. */
export function geminiCloud(options: GeminiOptions): Cloud {
  return {
    wire: KEY,
    rootOf,
    modelsPath: MODELS,
    readPage: (value) => {
      const page = pageSchema.safeParse(value);
      if (!page.success) return undefined;
      const { models, nextPageToken: token } = page.data;
      const next = token ? `${MODELS}&pageToken=${encodeURIComponent(token)}` : undefined;
      return { models: models.map(toModel), next };
    },
    async chat(attempt) {
      const { GeminiChatModel } = await import('./gemini-chat-model.ts');
      return new GeminiChatModel(attempt, options, { wire: KEY, root: rootOf(attempt.base) });
    },
    async embeddings(attempt) {
      const { openGeminiEmbeddings } = await import('./gemini-embedding-model.ts');
      return openGeminiEmbeddings(attempt, { wire: KEY, root: rootOf(attempt.base) });
    },
  };
}
