import { familyEntries, type ModelEntry } from './family-entries.ts';
import { GALLERY, LLM_STATS, ZERO_EVAL } from './sources.ts';

/** Qwen2.5 and Qwen2.5-Coder. Their cards name windows up to 131,072 tokens, which need a setting of the server; 32,768 is what they have without. */
export const QWEN25_MODELS: readonly ModelEntry[] = [
  ...familyEntries(
    {
      family: 'qwen2.5',
      licence: 'Apache-2.0',
      context: 32_768,
      source: GALLERY,
      can: ['chat', 'tools'],
      cannot: ['vision'],
    },
    [
      { size: '0.5b', parameters: '0.5B', bytes: 398_000_000, shape: [24, 2, 64, 896, 151_936] },
      { size: '1.5b', parameters: '1.5B', bytes: 986_000_000, shape: [28, 2, 128, 1536, 151_936] },
      {
        size: '3b',
        parameters: '3B',
        bytes: 1_900_000_000,
        shape: [36, 2, 128, 2048, 151_936],
        quality: ['MMLU-Redux', 64.25, ZERO_EVAL],
      },
      {
        size: '7b',
        parameters: '7B',
        bytes: 4_700_000_000,
        isLatest: true,
        shape: [28, 4, 128, 3584, 152_064],
        quality: ['MMLU-Pro', 56.3, LLM_STATS],
      },
      {
        size: '14b',
        parameters: '14B',
        bytes: 9_000_000_000,
        shape: [48, 8, 128, 5120, 152_064],
        quality: ['MMLU-Pro', 63.7, LLM_STATS],
      },
      {
        size: '32b',
        parameters: '32B',
        bytes: 20_000_000_000,
        shape: [64, 8, 128, 5120, 152_064],
        quality: ['MMLU-Pro', 69.0, LLM_STATS],
      },
      {
        size: '72b',
        parameters: '72B',
        bytes: 47_000_000_000,
        shape: [80, 8, 128, 8192, 152_064],
        quality: ['MMLU-Pro', 71.1, LLM_STATS],
      },
    ],
  ),
  ...familyEntries(
    {
      family: 'qwen2.5-coder',
      licence: 'Apache-2.0',
      context: 32_768,
      source: GALLERY,
      can: ['chat', 'tools'],
      cannot: ['vision'],
    },
    [
      {
        size: '0.5b',
        parameters: '0.5B',
        bytes: 398_000_000,
        embedded: 'qwen2.5-coder-0.5b-instruct-q4_k_m',
        shape: [24, 2, 64, 896, 151_936],
      },
      {
        size: '1.5b',
        parameters: '1.5B',
        bytes: 986_000_000,
        embedded: 'qwen2.5-coder-1.5b-instruct',
        shape: [28, 2, 128, 1536, 151_936],
      },
      { size: '3b', parameters: '3B', bytes: 1_900_000_000, shape: [36, 2, 128, 2048, 151_936] },
      {
        size: '7b',
        parameters: '7B',
        bytes: 4_700_000_000,
        isLatest: true,
        shape: [28, 4, 128, 3584, 152_064],
        quality: ['MMLU-Pro', 40.1, LLM_STATS],
      },
      { size: '14b', parameters: '14B', bytes: 9_000_000_000, shape: [48, 8, 128, 5120, 152_064] },
      {
        size: '32b',
        parameters: '32B',
        bytes: 20_000_000_000,
        shape: [64, 8, 128, 5120, 152_064],
        quality: ['MMLU-Pro', 50.4, LLM_STATS],
      },
    ],
  ),
];
