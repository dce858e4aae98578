import type { TransformerShape } from 'wooster';
import { bitsPerWeight, cacheElementBytes, type CacheType } from './quantization.ts';

/** What the memory of a model is reckoned from; of `weightsBytes` and `parameters` one must be known. */
export interface MemoryInputs {
  /** Size of the file or files of the weights. */
  readonly weightsBytes?: number;
  readonly parameters?: number;
  /** `Q4_K_M`; needed where only the parameters are known. */
  readonly quantization?: string;
  /** Without it the cache is reckoned from the parameters, and the estimate is rough. */
  readonly shape?: TransformerShape;
  /** Window of one slot, tokens. */
  readonly contextTokens: number;
  /** Slots with a window each; 1 without it. */
  readonly slots?: number;
  /** `f16` without it, as llama.cpp and Ollama have it. */
  readonly cacheType?: CacheType;
  /** Tokens that are read at once; 512 without it, llama.cpp's `--ubatch-size`. */
  readonly batchTokens?: number;
  /** On a graphics card the results of a whole batch are kept for every word of the vocabulary. */
  readonly isOnGraphics?: boolean;
  /** Weights that the server copies into the order its processor likes, while it keeps the mapped file. */
  readonly repackedBytes?: number;
}

/** Memory of a loaded model, MiB, part by part. */
export interface MemoryEstimate {
  readonly weightsMiB: number;
  /** Keys and values of a full window. */
  readonly cacheMiB: number;
  /** Buffers of the computation. */
  readonly computeMiB: number;
  /** The server itself and its vocabulary. */
  readonly overheadMiB: number;
  /** What the model needs: the sum of the above. */
  readonly totalMiB: number;
  /** What the process shows while the file stays mapped: the copied weights twice. The system may take those pages back. */
  readonly mappedMiB: number;
  readonly contextTokens: number;
  /** False where the shape is not known and the cache is a rule of thumb. */
  readonly isShapeKnown: boolean;
}

const MIB = 1024 * 1024;
const BATCH_TOKENS = 512;
/** llama-server b10068 without a model and its libraries: 22 to 25 MiB. */
const SERVER_MIB = 25;
/** Words, merges and their tables: 18 MiB for 49,152 words and 57 MiB for 151,936 (llama-server b10068). */
const BYTES_A_WORD = 390;
/** llama-server b10068 reserves 14, 21 and 22 rows of the embedding length as 32-bit floats for each token of a batch. */
const ROWS_A_TOKEN = 20;
/**
 * Bytes of the cache for each token and each billion of parameters at 16 bits, where no shape is known. Llama 3.1 8B takes
 * 131,072 bytes a token, Qwen2.5 7B 57,344, Llama 3.2 3B 114,688, Gemma 2 9B 344,064; this is the middle of small models
 * and grows with the square root, since depth and width grow together.
 */
const ROUGH_CACHE_BYTES = 50_000;

/** Bytes of the weights: as the file has them, else parameters x bits of the quantisation / 8; undefined if neither is known. */
function weightsBytesOf(inputs: Omit<MemoryInputs, 'contextTokens'>): number | undefined {
  if (inputs.weightsBytes !== undefined) return inputs.weightsBytes;
  const bits = inputs.quantization === undefined ? undefined : bitsPerWeight(inputs.quantization);
  return inputs.parameters === undefined || bits === undefined ? undefined : (inputs.parameters * bits) / 8;
}

/**
 * Bytes of keys and values: layers x kvHeads x (keyLength + valueLength) x tokens x bytes of an element (2 x layers x
 * kvHeads x length, where keys and values are of one length: llama.cpp src/llama-kv-cache.cpp). Layers with a sliding
 * window keep no more tokens than that window and one batch.
 */
function cacheBytesOf(shape: TransformerShape, inputs: MemoryInputs): number {
  const { layers, kvHeads, keyLength, valueLength, slidingWindow } = shape;
  const tokens = inputs.contextTokens;
  const windowed = Math.min(layers, slidingWindow?.layers ?? 0);
  const window = Math.min(tokens, (slidingWindow?.tokens ?? 0) + (inputs.batchTokens ?? BATCH_TOKENS));
  const kept = (layers - windowed) * tokens + windowed * window;
  return kept * kvHeads * (keyLength + valueLength) * cacheElementBytes(inputs.cacheType ?? 'f16');
}

function roughCacheBytesOf(weights: number, inputs: MemoryInputs): number {
  const billions = (inputs.parameters ?? (weights * 8) / 4.9) / 1e9;
  const element = cacheElementBytes(inputs.cacheType ?? 'f16') / cacheElementBytes('f16');
  return ROUGH_CACHE_BYTES * Math.sqrt(billions) * inputs.contextTokens * element;
}

function computeBytesOf(shape: TransformerShape | undefined, inputs: MemoryInputs): number {
  const batch = Math.min(inputs.batchTokens ?? BATCH_TOKENS, inputs.contextTokens);
  const rows = batch * (shape?.embeddingLength ?? 4096) * ROWS_A_TOKEN * 4;
  const results = inputs.isOnGraphics === true ? batch * (shape?.vocabularySize ?? 128_000) * 4 : 0;
  return rows + results;
}

/**
 * Memory of a loaded model: weights, key-value cache of a full window, buffers, and the server with its vocabulary.
 * Undefined where nothing tells the size of the weights. Within 20 % of what llama-server takes (test/real/memory.test.ts).
 */
export function estimateMemory(inputs: MemoryInputs): MemoryEstimate | undefined {
  const weights = weightsBytesOf(inputs);
  if (weights === undefined) return undefined;
  const { shape, slots = 1, contextTokens } = inputs;
  const cache = (shape === undefined ? roughCacheBytesOf(weights, inputs) : cacheBytesOf(shape, inputs)) * slots;
  const weightsMiB = weights / MIB;
  const cacheMiB = cache / MIB;
  const computeMiB = computeBytesOf(shape, inputs) / MIB;
  const overheadMiB = SERVER_MIB + ((shape?.vocabularySize ?? 128_000) * BYTES_A_WORD) / MIB;
  const totalMiB = weightsMiB + cacheMiB + computeMiB + overheadMiB;
  return {
    weightsMiB,
    cacheMiB,
    computeMiB,
    overheadMiB,
    totalMiB,
    mappedMiB: totalMiB + (inputs.repackedBytes ?? 0) / MIB,
    contextTokens,
    isShapeKnown: shape !== undefined,
  };
}
