import { familyEntries, type ModelEntry } from './family-entries.ts';
import { GALLERY, LIBRARY, LITGPT, LLM_STATS, MLX_LM } from './sources.ts';

/** Qwen3 and later, and the Qwen that see. */
export const QWEN3_MODELS: readonly ModelEntry[] = [
  ...familyEntries(
    {
      family: 'qwen3',
      licence: 'Apache-2.0',
      context: 40_960,
      source: GALLERY,
      can: ['chat', 'tools', 'reasoning'],
      cannot: ['vision'],
    },
    [
      { size: '0.6b', parameters: '0.6B', bytes: 523_000_000, shape: [28, 8, 128, 1024, 151_936] },
      { size: '1.7b', parameters: '1.7B', bytes: 1_400_000_000, shape: [28, 8, 128, 2048, 151_936] },
      { size: '4b', parameters: '4B', bytes: 2_500_000_000, shape: [36, 8, 128, 2560, 151_936] },
      { size: '8b', parameters: '8B', bytes: 5_200_000_000, isLatest: true, shape: [36, 8, 128, 4096, 151_936] },
      { size: '14b', parameters: '14B', bytes: 9_300_000_000, shape: [40, 8, 128, 5120, 151_936] },
      {
        size: '30b',
        parameters: '30B-A3B',
        bytes: 19_000_000_000,
        also: ['qwen3:30b-a3b'],
        shape: [48, 4, 128, 2048, 151_936],
        quality: ['GPQA Diamond', 65.8, LLM_STATS],
      },
      { size: '32b', parameters: '32B', bytes: 20_000_000_000, shape: [64, 8, 128, 5120, 151_936] },
    ],
  ),
  ...familyEntries(
    {
      family: 'qwen3-2507',
      licence: 'Apache-2.0',
      context: 262_144,
      source: LITGPT,
      can: ['chat', 'tools'],
      cannot: ['vision'],
    },
    [
      { size: '4b', parameters: '4B', shape: [36, 8, 128, 2560, 151_936], quality: ['MMLU-Pro', 64.05, MLX_LM] },
      {
        size: '30b-a3b',
        parameters: '30B-A3B',
        shape: [48, 4, 128, 2048, 151_936],
        quality: ['MMLU-Pro', 72.62, MLX_LM],
      },
    ],
  ),
  ...familyEntries({ family: 'qwen3-coder', source: LIBRARY, can: ['chat', 'tools'] }, [
    { size: '30b', parameters: '30B-A3B', bytes: 19_000_000_000, isLatest: true, also: ['qwen3-coder:30b-a3b'] },
  ]),
  ...familyEntries({ family: 'qwen3.5', source: LIBRARY, can: ['chat', 'tools', 'vision', 'reasoning'] }, [
    { size: '0.8b', parameters: '0.8B', bytes: 1_000_000_000 },
    { size: '2b', parameters: '2B', bytes: 2_700_000_000 },
    { size: '4b', parameters: '4B', bytes: 3_400_000_000 },
    { size: '9b', parameters: '9B', bytes: 6_600_000_000, isLatest: true },
    { size: '27b', parameters: '27B', bytes: 17_000_000_000 },
    { size: '35b', parameters: '35B', bytes: 24_000_000_000 },
  ]),
  ...familyEntries({ family: 'qwen2.5vl', licence: 'Apache-2.0', source: LLM_STATS, can: ['chat', 'vision'] }, [
    { size: '7b', parameters: '7B', bytes: 6_000_000_000, isLatest: true, also: ['qwen2.5-vl:7b'] },
    {
      size: '32b',
      parameters: '32B',
      bytes: 21_000_000_000,
      also: ['qwen2.5-vl:32b'],
      quality: ['MMLU-Pro', 68.8, LLM_STATS],
    },
  ]),
  ...familyEntries(
    { family: 'qwen3-vl', licence: 'Apache-2.0', context: 262_144, source: GALLERY, can: ['chat', 'tools', 'vision'] },
    [
      { size: '2b', parameters: '2B', bytes: 1_900_000_000 },
      { size: '4b', parameters: '4B', bytes: 3_300_000_000 },
      { size: '8b', parameters: '8B', bytes: 6_100_000_000, isLatest: true },
      { size: '30b', parameters: '30B-A3B', bytes: 20_000_000_000, also: ['qwen3-vl:30b-a3b'] },
      { size: '32b', parameters: '32B', bytes: 21_000_000_000 },
    ],
  ),
];
