import { z } from 'zod';
import type { Cloud, ListedModel } from '../common/cloud.ts';
import type { KeyWire } from '../common/keyed-fetch.ts';
import type { AnthropicOptions } from './anthropic-chat-model.ts';

const MODELS = '/v1/models?limit=1000';

const pageSchema = z.looseObject({
  data: z.array(
    z.looseObject({
      id: z.string().min(1),
      max_input_tokens: z.number().positive().nullish(),
      max_tokens: z.number().positive().nullish(),
    }),
  ),
  has_more: z.boolean().optional(),
  last_id: z.string().nullish(),
});

type Listed = z.output<typeof pageSchema>['data'][number];

const KEY: KeyWire = { sign: (key) => ['x-api-key', key] };

function toModel({ id: modelId, max_input_tokens: window, max_tokens: most }: Listed): ListedModel {
  return {
    modelId,
    capabilities: { chat: { value: true, origin: 'catalogue' }, embed: { value: false, origin: 'catalogue' } },
    ...(typeof window === 'number' && { contextTokens: { value: window, origin: 'server' } as const }),
    ...(typeof most === 'number' && { maxOutputTokens: { value: most, origin: 'server' } as const }),
  };
}

/** What Anthropic does differently. */
export function anthropicCloud(options: AnthropicOptions): Cloud {
  return {
    wire: KEY,
    headers: { 'anthropic-version': '2023-06-01' },
    modelsPath: MODELS,
    readPage: (value) => {
      const page = pageSchema.safeParse(value);
      if (!page.success) return undefined;
      const { data, has_more: hasMore, last_id: last } = page.data;
      const next = hasMore === true && last ? `${MODELS}&after_id=${encodeURIComponent(last)}` : undefined;
      return { models: data.map(toModel), next };
    },
    async chat(attempt) {
      const { AnthropicChatModel } = await import('./anthropic-chat-model.ts');
      return new AnthropicChatModel(attempt, options, KEY);
    },
  };
}
