import { familyEntries, type ModelEntry } from './family-entries.ts';
import { GALLERY, LIBRARY, LLM_STATS, ZERO_EVAL } from './sources.ts';

/** Models of Mistral AI. */
export const MISTRAL_MODELS: readonly ModelEntry[] = [
  ...familyEntries(
    {
      family: 'mistral',
      licence: 'Apache-2.0',
      context: 32_768,
      source: GALLERY,
      can: ['chat', 'tools'],
      cannot: ['vision'],
    },
    [
      {
        size: '7b',
        parameters: '7B',
        bytes: 4_400_000_000,
        isLatest: true,
        also: ['mistral-v0.3:7b'],
        shape: [32, 8, 128, 4096, 32_768],
      },
    ],
  ),
  ...familyEntries(
    {
      family: 'mistral-nemo',
      licence: 'Apache-2.0',
      context: 128_000,
      source: GALLERY,
      can: ['chat', 'tools'],
      cannot: ['vision'],
    },
    [
      {
        size: '12b',
        parameters: '12B',
        bytes: 7_100_000_000,
        isLatest: true,
        also: ['mistral-nemo-2407'],
        quality: ['MMLU', 68.0, LLM_STATS],
      },
    ],
  ),
  ...familyEntries(
    {
      family: 'mistral-small',
      licence: 'Apache-2.0',
      context: 32_768,
      source: GALLERY,
      can: ['chat', 'tools'],
      cannot: ['vision'],
    },
    [
      {
        size: '24b',
        parameters: '24B',
        bytes: 14_000_000_000,
        isLatest: true,
        also: ['mistral-small-2501:24b'],
        quality: ['MMLU-Pro', 66.3, LLM_STATS],
      },
    ],
  ),
  ...familyEntries(
    {
      family: 'mistral-small3.1',
      licence: 'Apache-2.0',
      context: 128_000,
      source: GALLERY,
      can: ['chat', 'tools', 'vision'],
    },
    [
      {
        size: '24b',
        parameters: '24B',
        bytes: 15_000_000_000,
        isLatest: true,
        also: ['mistral-small3.1-2503:24b'],
        builds: [
          [
            'Q4_K_M',
            14_300_000_000,
            'unsloth/Mistral-Small-3.1-24B-Instruct-2503-GGUF#Mistral-Small-3.1-24B-Instruct-2503-Q4_K_M.gguf',
          ],
        ],
        quality: ['MMLU-Pro', 66.76, LLM_STATS],
      },
    ],
  ),
  ...familyEntries(
    { family: 'mistral-small3.2', licence: 'Apache-2.0', source: LLM_STATS, can: ['chat', 'tools', 'vision'] },
    [
      {
        size: '24b',
        parameters: '24B',
        bytes: 15_000_000_000,
        isLatest: true,
        also: ['mistral-small3.2-2506:24b'],
        quality: ['MMLU-Pro', 69.06, LLM_STATS],
      },
    ],
  ),
  ...familyEntries(
    { family: 'mixtral', licence: 'Apache-2.0', source: GALLERY, can: ['chat', 'tools'], cannot: ['vision'] },
    [
      {
        size: '8x7b',
        parameters: '8X7B',
        bytes: 26_000_000_000,
        isLatest: true,
        context: 32_768,
        also: ['mixtral-v0.1:8x7b'],
        shape: [32, 8, 128, 4096, 32_000],
        quality: ['MMLU-Redux', 63.17, ZERO_EVAL],
      },
      {
        size: '8x22b',
        parameters: '8X22B',
        bytes: 80_000_000_000,
        context: 65_536,
        also: ['mixtral-v0.1:8x22b'],
        shape: [56, 8, 128, 6144, 32_768],
      },
    ],
  ),
  ...familyEntries(
    {
      family: 'devstral',
      licence: 'Apache-2.0',
      context: 131_072,
      source: GALLERY,
      can: ['chat', 'tools'],
      cannot: ['vision'],
    },
    [{ size: '24b', parameters: '24B', bytes: 14_000_000_000, isLatest: true }],
  ),
  ...familyEntries({ family: 'ministral-3', source: LIBRARY, can: ['chat', 'tools', 'vision'] }, [
    { size: '3b', parameters: '3B', bytes: 3_000_000_000, also: ['ministral3:3b'] },
    { size: '8b', parameters: '8B', bytes: 6_000_000_000, isLatest: true, also: ['ministral3:8b'] },
    { size: '14b', parameters: '14B', bytes: 9_100_000_000, also: ['ministral3:14b'] },
  ]),
];
