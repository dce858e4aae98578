import { familyEntries, type ModelEntry } from './family-entries.ts';
import { DEEPSEEK, GALLERY, LLM_STATS } from './sources.ts';

/** Models that think before they answer: distilled DeepSeek-R1, QwQ, gpt-oss. */
export const REASONING_MODELS: readonly ModelEntry[] = [
  ...familyEntries(
    {
      family: 'deepseek-r1',
      licence: 'MIT',
      context: 131_072,
      source: DEEPSEEK,
      can: ['chat', 'reasoning'],
      cannot: ['vision'],
    },
    [
      {
        size: '1.5b',
        parameters: '1.5B',
        bytes: 1_100_000_000,
        also: ['deepseek-r1-distill-qwen:1.5b'],
        shape: [28, 2, 128, 1536, 151_936],
        quality: ['GPQA Diamond', 33.8, DEEPSEEK],
      },
      {
        size: '7b',
        parameters: '7B',
        bytes: 4_700_000_000,
        also: ['deepseek-r1-distill-qwen:7b'],
        shape: [28, 4, 128, 3584, 152_064],
        quality: ['GPQA Diamond', 49.1, DEEPSEEK],
      },
      { size: '8b', parameters: '8B', bytes: 5_200_000_000, isLatest: true, also: ['deepseek-r1-0528-qwen3:8b'] },
      {
        size: '14b',
        parameters: '14B',
        bytes: 9_000_000_000,
        also: ['deepseek-r1-distill-qwen:14b'],
        builds: [
          ['Q6_K', 12_100_000_000, 'unsloth/DeepSeek-R1-Distill-Qwen-14B-GGUF#DeepSeek-R1-Distill-Qwen-14B-Q6_K.gguf'],
        ],
        shape: [48, 8, 128, 5120, 152_064],
        quality: ['GPQA Diamond', 59.1, DEEPSEEK],
      },
      {
        size: '32b',
        parameters: '32B',
        bytes: 20_000_000_000,
        also: ['deepseek-r1-distill-qwen:32b'],
        shape: [64, 8, 128, 5120, 152_064],
        quality: ['GPQA Diamond', 62.1, DEEPSEEK],
      },
      {
        size: '70b',
        parameters: '70B',
        bytes: 43_000_000_000,
        also: ['deepseek-r1-distill-llama:70b'],
        shape: [80, 8, 128, 8192, 128_256],
        quality: ['GPQA Diamond', 65.2, DEEPSEEK],
      },
    ],
  ),
  ...familyEntries(
    {
      family: 'deepseek-r1-distill-llama',
      licence: 'MIT',
      context: 131_072,
      source: DEEPSEEK,
      can: ['chat', 'reasoning'],
      cannot: ['vision'],
    },
    [{ size: '8b', parameters: '8B', shape: [32, 8, 128, 4096, 128_256], quality: ['GPQA Diamond', 49.0, DEEPSEEK] }],
  ),
  ...familyEntries(
    {
      family: 'qwq',
      licence: 'Apache-2.0',
      context: 131_072,
      source: GALLERY,
      can: ['chat', 'tools', 'reasoning'],
      cannot: ['vision'],
    },
    [
      {
        size: '32b',
        parameters: '32B',
        bytes: 20_000_000_000,
        isLatest: true,
        builds: [['Q4_K_M', 19_900_000_000, 'Qwen/QwQ-32B-GGUF#qwq-32b-q4_k_m.gguf']],
        shape: [64, 8, 128, 5120, 152_064],
        quality: ['GPQA Diamond', 65.2, LLM_STATS],
      },
    ],
  ),
  ...familyEntries(
    {
      family: 'gpt-oss',
      licence: 'Apache-2.0',
      context: 131_072,
      source: GALLERY,
      can: ['chat', 'tools', 'reasoning'],
      cannot: ['vision'],
    },
    [
      {
        size: '20b',
        parameters: '20B',
        bytes: 14_000_000_000,
        isLatest: true,
        builds: [['MXFP4', 13_800_000_000, 'unsloth/gpt-oss-20b-GGUF#gpt-oss-20b-F16.gguf']],
        quality: ['MMLU', 85.3, LLM_STATS],
      },
      { size: '120b', parameters: '120B', bytes: 65_000_000_000, quality: ['MMLU', 90.0, LLM_STATS] },
    ],
  ),
];
