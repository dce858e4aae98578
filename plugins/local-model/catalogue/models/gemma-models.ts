import { familyEntries, type ModelEntry } from './family-entries.ts';
import { GALLERY, LIBRARY, LITGPT, LLM_STATS, ZERO_EVAL } from './sources.ts';

/** Google's Gemma. */
export const GEMMA_MODELS: readonly ModelEntry[] = [
  ...familyEntries(
    {
      family: 'gemma2',
      licence: 'Gemma Terms of Use',
      context: 8_192,
      source: GALLERY,
      can: ['chat'],
      cannot: ['vision'],
    },
    [
      {
        size: '2b',
        parameters: '2B',
        bytes: 1_600_000_000,
        shape: [26, 4, 256, 2304, 256_000],
        window: [4096, 13],
        quality: ['MMLU-Redux', 51.94, ZERO_EVAL],
      },
      {
        size: '9b',
        parameters: '9B',
        bytes: 5_400_000_000,
        isLatest: true,
        shape: [42, 8, 256, 3584, 256_000],
        window: [4096, 21],
        quality: ['MMLU', 71.3, LLM_STATS],
      },
      {
        size: '27b',
        parameters: '27B',
        bytes: 16_000_000_000,
        shape: [46, 16, 128, 4608, 256_000],
        window: [4096, 23],
        quality: ['MMLU', 75.2, LLM_STATS],
      },
    ],
  ),
  ...familyEntries(
    { family: 'gemma3', licence: 'Gemma Terms of Use', context: 131_072, source: LITGPT, can: ['chat', 'vision'] },
    [
      {
        size: '1b',
        parameters: '1B',
        bytes: 815_000_000,
        context: 32_768,
        can: { vision: false },
        builds: [['Q8_0', 1_070_000_000, 'unsloth/gemma-3-1b-it-GGUF#gemma-3-1b-it-Q8_0.gguf']],
        shape: [26, 1, 256, 1152, 262_144],
        window: [512, 22],
        quality: ['MMLU-Pro', 14.7, LLM_STATS],
      },
      {
        size: '4b',
        parameters: '4B',
        bytes: 3_300_000_000,
        isLatest: true,
        shape: [34, 4, 256, 2560, 262_144],
        window: [1024, 29],
        quality: ['MMLU-Pro', 43.6, LLM_STATS],
      },
      {
        size: '12b',
        parameters: '12B',
        bytes: 8_100_000_000,
        shape: [48, 8, 256, 3840, 262_144],
        window: [1024, 40],
        quality: ['MMLU-Pro', 60.6, LLM_STATS],
      },
      {
        size: '27b',
        parameters: '27B',
        bytes: 17_000_000_000,
        builds: [['Q4_K_M', 16_500_000_000, 'unsloth/gemma-3-27b-it-GGUF#gemma-3-27b-it-Q4_K_M.gguf']],
        shape: [62, 16, 128, 5376, 262_144],
        window: [1024, 52],
        quality: ['MMLU-Pro', 67.5, LLM_STATS],
      },
    ],
  ),
  ...familyEntries({ family: 'gemma3n', source: LIBRARY, can: ['chat'] }, [
    { size: 'e2b', parameters: 'E2B', bytes: 5_600_000_000, quality: ['MMLU-Pro', 40.5, LLM_STATS] },
    { size: 'e4b', parameters: 'E4B', bytes: 7_500_000_000, isLatest: true, quality: ['MMLU-Pro', 50.6, LLM_STATS] },
  ]),
  ...familyEntries({ family: 'gemma4', source: LIBRARY, can: ['chat', 'tools', 'vision', 'reasoning'] }, [
    { size: 'e2b', parameters: 'E2B', bytes: 7_200_000_000 },
    { size: 'e4b', parameters: 'E4B', bytes: 9_600_000_000, isLatest: true },
    { size: '12b', parameters: '12B', bytes: 7_600_000_000 },
    { size: '26b', parameters: '26B', bytes: 18_000_000_000 },
    { size: '31b', parameters: '31B', bytes: 20_000_000_000 },
  ]),
];
