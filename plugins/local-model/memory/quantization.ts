/**
 * Bits that one weight takes in a file of this quantisation, its scales counted. From the table of llama.cpp's quantize
 * (tools/quantize/README.md, measured on Llama 3.1 8B); `Q3_K_M`, `Q4_0`, `Q4_1`, `Q5_0` and `Q5_1` from the layout of
 * their blocks in ggml-common.h; MXFP4 from its block of 32 weights in 17 bytes.
 */
const BITS: Readonly<Record<string, number>> = {
  IQ1_S: 2.0,
  IQ1_M: 2.15,
  IQ2_XXS: 2.38,
  IQ2_XS: 2.59,
  IQ2_S: 2.74,
  IQ2_M: 2.93,
  IQ3_XXS: 3.25,
  IQ3_XS: 3.5,
  IQ3_S: 3.66,
  IQ3_M: 3.76,
  IQ4_XS: 4.46,
  IQ4_NL: 4.68,
  Q2_K_S: 2.97,
  Q2_K: 3.16,
  Q3_K_S: 3.64,
  Q3_K_M: 4.0,
  Q3_K_L: 4.3,
  Q4_0: 4.5,
  Q4_1: 5.0,
  Q4_K_S: 4.67,
  Q4_K_M: 4.89,
  Q5_0: 5.5,
  Q5_1: 6.0,
  Q5_K_S: 5.57,
  Q5_K_M: 5.7,
  Q6_K: 6.56,
  Q8_0: 8.5,
  MXFP4: 4.25,
  F16: 16,
  BF16: 16,
  F32: 32,
};

/** Other spellings: of MLX (groups of 64 weights with a scale and an offset of 16 bits each), and of the hubs. */
const ALIASES: Readonly<Record<string, number>> = {
  '2BIT': 2.5,
  '3BIT': 3.5,
  '4BIT': 4.5,
  '5BIT': 5.5,
  '6BIT': 6.5,
  '8BIT': 8.5,
  FP16: 16,
  FP32: 32,
  FP8: 8,
  INT8: 8,
  INT4: 4.5,
  AWQ: 4.5,
  GPTQ: 4.5,
  Q4_K: 4.67,
  Q5_K: 5.57,
  Q3_K: 3.64,
};

/** Bits of one weight in this quantisation; undefined for a name that is not known. */
export function bitsPerWeight(quantization: string): number | undefined {
  const name = quantization.toUpperCase().replace(/^(UD|MOSTLY|ALL)[-_]/, '');
  return BITS[name] ?? ALIASES[name] ?? ALIASES[name.replace(/[-_ ]/g, '')];
}

/** Types in which llama.cpp keeps keys and values, with the bytes of one element: blocks of 32 with their scale. */
const CACHE_BYTES = {
  f32: 4,
  f16: 2,
  bf16: 2,
  q8_0: 34 / 32,
  q5_1: 24 / 32,
  q5_0: 22 / 32,
  q4_1: 20 / 32,
  q4_0: 18 / 32,
} as const;

/** Type of the elements of a key-value cache. */
export type CacheType = keyof typeof CACHE_BYTES;

/** Bytes of one element of the key-value cache. */
export function cacheElementBytes(type: CacheType): number {
  return CACHE_BYTES[type];
}
