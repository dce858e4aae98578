import type { Dialect } from './dialect.ts';
import { asList, asNumber, asObject, asObjects, asText, defined } from './json-fields.ts';
import { openAIDialect } from './openai-dialect.ts';

/**
 * text-embeddings-inference 1.9 by its own route: only there can it be told not to cut a text that is too long, which it
 * does by default. It lists no models; `/info` tells the one it serves.
 */
export const teiDialect: Dialect = {
  ...openAIDialect,
  id: 'tei',
  embedUrl: (base) => `${base.root}/embed`,
  modelsUrl: (base) => `${base.root}/info`,
  embedBody: (texts, { dimensions }) => ({ inputs: texts, truncate: false, normalize: true, dimensions }),
  readEmbeddings: (value) => (Array.isArray(value) ? { vectors: asList(value) } : undefined),
  readModels: (value) => {
    const info = asObject(value);
    const id = asText(info?.served_model_name) ?? asText(info?.model_id);
    if (info === undefined || id === undefined) return undefined;
    const facts = { contextTokens: asNumber(info.max_input_length), quantization: asText(info.model_dtype) };
    return [{ id, ...defined(facts), capabilities: ['embedding'], isLoaded: true }];
  },
};

/** infinity 0.0.77: the OpenAI wire without `/v1`; its list tells what each model can. */
export const infinityDialect: Dialect = {
  ...openAIDialect,
  id: 'infinity',
  embedUrl: (base) => `${base.root}/embeddings`,
  modelsUrl: (base) => `${base.root}/models`,
  readModels: (value) => {
    const list = asObject(value)?.data;
    if (!Array.isArray(list)) return undefined;
    return asObjects(list).flatMap((model) => {
      const id = asText(model.id);
      if (id === undefined) return [];
      const capabilities = Array.isArray(model.capabilities) ? asList(model.capabilities).map(String) : undefined;
      return [{ id, ...defined({ capabilities }), isLoaded: true }];
    });
  },
};
