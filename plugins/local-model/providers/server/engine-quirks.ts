import type { Dialect } from '../../client/dialects/dialect.ts';
import { infinityDialect, teiDialect } from '../../client/dialects/embedding-dialects.ts';
import type { Quirk } from '../../client/quirks.ts';
import type { EngineId } from './fingerprints.ts';

/** Where each engine departs from its dialect; presets take theirs from here, and a generic endpoint those of what it is. */
export const ENGINE_QUIRKS: Readonly<Record<EngineId, readonly Quirk[]>> = {
  // Neither its own wire nor its /v1 reads tool_choice (0.33).
  ollama: ['ignores-tool-choice'],
  // 0.32: response_format and tool_choice are not in its source, 512 tokens by default, 404 for any failure.
  mlx: [
    'ignores-response-format',
    'ignores-tool-choice',
    'no-embeddings',
    'short-default-output',
    'any-failure-is-404',
  ],
  // 0.4: 400 `'response_format.type' must be 'json_schema' or 'text'`.
  lmstudio: ['rejects-json-object'],
  llamacpp: [],
  localai: [],
  vllm: [],
  tei: [],
  infinity: [],
  'embedding-server': [],
  'mlx-vlm': [],
  'mlx-omni-server': [],
  'llama-cpp-python': [],
  'openai-compatible': [],
};

/** Wires of engines that a generic endpoint turns out to be, where they are not the one it was taken for. */
export const ENGINE_DIALECTS: Readonly<Partial<Record<EngineId, Dialect>>> = {
  tei: teiDialect,
  infinity: infinityDialect,
};
