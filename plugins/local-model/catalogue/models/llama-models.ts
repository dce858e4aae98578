import { familyEntries, type ModelEntry } from './family-entries.ts';
import { META_31, META_32, META_32_VISION, META_33 } from './sources.ts';

/** Meta's Llama, from 3.1 on. */
export const LLAMA_MODELS: readonly ModelEntry[] = [
  ...familyEntries(
    {
      family: 'llama3.1',
      licence: 'Llama 3.1 Community License',
      context: 131_072,
      source: META_31,
      can: ['chat', 'tools'],
      cannot: ['vision'],
    },
    [
      {
        size: '8b',
        parameters: '8B',
        bytes: 4_900_000_000,
        isLatest: true,
        shape: [32, 8, 128, 4096, 128_256],
        quality: ['MMLU-Pro', 48.3, META_31],
      },
      {
        size: '70b',
        parameters: '70B',
        bytes: 43_000_000_000,
        shape: [80, 8, 128, 8192, 128_256],
        quality: ['MMLU-Pro', 66.4, META_31],
      },
    ],
  ),
  ...familyEntries(
    {
      family: 'llama3.2',
      licence: 'Llama 3.2 Community License',
      context: 131_072,
      source: META_32,
      can: ['chat', 'tools'],
      cannot: ['vision'],
    },
    [
      {
        size: '1b',
        parameters: '1B',
        bytes: 1_300_000_000,
        shape: [16, 8, 64, 2048, 128_256],
        quality: ['MMLU', 49.3, META_32],
      },
      {
        size: '3b',
        parameters: '3B',
        bytes: 2_000_000_000,
        isLatest: true,
        shape: [28, 8, 128, 3072, 128_256],
        quality: ['MMLU', 63.4, META_32],
      },
    ],
  ),
  ...familyEntries(
    {
      family: 'llama3.2-vision',
      licence: 'Llama 3.2 Community License',
      context: 131_072,
      source: META_32_VISION,
      can: ['chat', 'vision'],
    },
    [
      { size: '11b', parameters: '11B', bytes: 7_800_000_000, isLatest: true, quality: ['MMLU', 73.0, META_32_VISION] },
      { size: '90b', parameters: '90B', bytes: 55_000_000_000, quality: ['MMLU', 86.0, META_32_VISION] },
    ],
  ),
  ...familyEntries(
    {
      family: 'llama3.3',
      licence: 'Llama 3.3 Community License',
      context: 131_072,
      source: META_33,
      can: ['chat', 'tools'],
      cannot: ['vision'],
    },
    [
      {
        size: '70b',
        parameters: '70B',
        bytes: 43_000_000_000,
        isLatest: true,
        builds: [['IQ2_M', 24_100_000_000, 'bartowski/Llama-3.3-70B-Instruct-GGUF#Llama-3.3-70B-Instruct-IQ2_M.gguf']],
        shape: [80, 8, 128, 8192, 128_256],
        quality: ['MMLU-Pro', 68.9, META_33],
      },
    ],
  ),
];
