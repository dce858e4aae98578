import type { TransformerShape } from 'wooster';
import type { GgufHeader } from './read-gguf.ts';

/** Facts of a model as GGUF headers and Ollama's `model_info` name them; what is not told is absent. */
interface ModelFileFacts {
  readonly shape?: TransformerShape;
  readonly contextTokens?: number;
  readonly licence?: string;
  /** `Qwen2.5 Coder 0.5B Instruct` */
  readonly name?: string;
  readonly quantization?: string;
  readonly parameters?: number;
}

/** Names of `general.file_type` (`llama_ftype` of llama.cpp's include/llama.h). */
const FILE_TYPES: Readonly<Record<number, string>> = {
  0: 'F32',
  1: 'F16',
  2: 'Q4_0',
  3: 'Q4_1',
  7: 'Q8_0',
  8: 'Q5_0',
  9: 'Q5_1',
  10: 'Q2_K',
  11: 'Q3_K_S',
  12: 'Q3_K_M',
  13: 'Q3_K_L',
  14: 'Q4_K_S',
  15: 'Q4_K_M',
  16: 'Q5_K_S',
  17: 'Q5_K_M',
  18: 'Q6_K',
  19: 'IQ2_XXS',
  20: 'IQ2_XS',
  21: 'Q2_K_S',
  22: 'IQ3_XS',
  23: 'IQ3_XXS',
  24: 'IQ1_S',
  25: 'IQ4_NL',
  26: 'IQ3_S',
  27: 'IQ3_M',
  28: 'IQ2_S',
  29: 'IQ2_M',
  30: 'IQ4_XS',
  31: 'IQ1_M',
  32: 'BF16',
  38: 'MXFP4',
};

/**
 * Layers with a sliding window where the header tells the window but not the pattern: every second one of Gemma 2 and
 * gpt-oss, five of six of Gemma 3 (`set_swa_pattern` in llama.cpp's src/llama-model.cpp). Of others none is counted, which
 * makes their cache too large rather than too small.
 */
const WINDOWED: Readonly<Record<string, (layers: number) => number>> = {
  gemma2: (layers) => Math.ceil(layers / 2),
  'gpt-oss': (layers) => Math.ceil(layers / 2),
  gemma3: (layers) => layers - Math.floor(layers / 6),
};

type Lookup = (key: string) => number | undefined;

function shapeOf(architecture: string, number: Lookup): TransformerShape | undefined {
  const layers = number('block_count');
  const embeddingLength = number('embedding_length');
  const heads = number('attention.head_count');
  if (layers === undefined || embeddingLength === undefined || heads === undefined || heads === 0) return undefined;
  const length = embeddingLength / heads;
  const vocabularySize = number('vocab_size');
  const window = number('attention.sliding_window');
  const windowed = WINDOWED[architecture]?.(layers) ?? 0;
  return {
    layers,
    kvHeads: number('attention.head_count_kv') ?? heads,
    keyLength: number('attention.key_length') ?? length,
    valueLength: number('attention.value_length') ?? length,
    embeddingLength,
    ...(vocabularySize !== undefined && { vocabularySize }),
    ...(window !== undefined && window > 0 && windowed > 0 && { slidingWindow: { tokens: window, layers: windowed } }),
  };
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.every((entry) => typeof entry === 'number') ? Math.max(...value) : undefined;
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** Facts out of named values, as Ollama's `/api/show` gives them in `model_info` and a header has them. */
export function factsOfValues(value: (key: string) => unknown): ModelFileFacts {
  const text = (key: string): string | undefined => {
    const found = value(key);
    return typeof found === 'string' && found !== '' ? found : undefined;
  };
  const architecture = text('general.architecture') ?? '';
  const number: Lookup = (key) => toNumber(value(`${architecture}.${key}`));
  const fileType = toNumber(value('general.file_type'));
  const found: ModelFileFacts = {
    shape: shapeOf(architecture, number),
    contextTokens: number('context_length'),
    licence: text('general.license'),
    name: text('general.name'),
    quantization: fileType === undefined ? undefined : FILE_TYPES[fileType],
    parameters: toNumber(value('general.parameter_count')),
  };
  return Object.fromEntries(Object.entries(found).filter(([, fact]) => fact !== undefined)) as ModelFileFacts;
}

/** Facts of a GGUF file; the words of its vocabulary are counted where their number is not told. */
export function factsOfHeader({ values, parameters }: GgufHeader): ModelFileFacts {
  const words = values.get('tokenizer.ggml.tokens');
  const vocabulary = typeof words === 'object' ? words.length : undefined;
  const facts = factsOfValues((key) => {
    const value = values.get(key);
    return value === undefined && key.endsWith('.vocab_size') ? vocabulary : value;
  });
  return { ...facts, parameters: facts.parameters ?? parameters };
}
