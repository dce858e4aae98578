import { familyEntries, type ModelEntry } from './family-entries.ts';
import { GALLERY, LIBRARY, LITGPT, LLM_STATS } from './sources.ts';

/** SmolLM2, Phi, Granite, and small models that see. */
export const SMALL_MODELS: readonly ModelEntry[] = [
  ...familyEntries(
    { family: 'smollm2', licence: 'Apache-2.0', context: 8_192, source: GALLERY, can: ['chat'], cannot: ['vision'] },
    [
      {
        size: '135m',
        parameters: '135M',
        bytes: 271_000_000,
        embedded: 'smollm2-135m-instruct-q4_1',
        shape: [30, 3, 64, 576, 49_152],
      },
      { size: '360m', parameters: '360M', bytes: 726_000_000, shape: [32, 5, 64, 960, 49_152] },
      { size: '1.7b', parameters: '1.7B', bytes: 1_800_000_000, isLatest: true, shape: [24, 32, 64, 2048, 49_152] },
    ],
  ),
  ...familyEntries({ family: 'phi3.5', licence: 'MIT', source: LLM_STATS, can: ['chat'], cannot: ['vision'] }, [
    {
      size: '3.8b',
      parameters: '3.8B',
      bytes: 2_200_000_000,
      isLatest: true,
      also: ['phi3.5-mini', 'phi3.5-mini:3.8b'],
      shape: [32, 32, 96, 3072, 32_064],
      quality: ['MMLU-Pro', 47.4, LLM_STATS],
    },
  ]),
  ...familyEntries(
    { family: 'phi4', licence: 'MIT', context: 16_384, source: GALLERY, can: ['chat'], cannot: ['vision'] },
    [
      {
        size: '14b',
        parameters: '14B',
        bytes: 9_100_000_000,
        isLatest: true,
        also: ['phi4'],
        builds: [['Q4', 9_050_000_000, 'microsoft/phi-4-gguf#phi-4-q4.gguf']],
        shape: [40, 10, 128, 5120, 100_352],
        quality: ['MMLU-Pro', 70.4, LLM_STATS],
      },
    ],
  ),
  ...familyEntries(
    {
      family: 'phi4-mini',
      licence: 'MIT',
      context: 131_072,
      source: LITGPT,
      can: ['chat', 'tools'],
      cannot: ['vision'],
    },
    [
      {
        size: '3.8b',
        parameters: '3.8B',
        bytes: 2_500_000_000,
        isLatest: true,
        also: ['phi4-mini'],
        shape: [32, 8, 128, 3072, 200_064],
        quality: ['MMLU-Pro', 52.8, LLM_STATS],
      },
    ],
  ),
  ...familyEntries(
    {
      family: 'phi4-reasoning',
      licence: 'MIT',
      context: 32_768,
      source: GALLERY,
      can: ['chat', 'reasoning'],
      cannot: ['vision'],
    },
    [
      {
        size: '14b',
        parameters: '14B',
        bytes: 11_000_000_000,
        isLatest: true,
        also: ['phi4-reasoning'],
        shape: [40, 10, 128, 5120, 100_352],
        quality: ['MMLU-Pro', 74.3, LLM_STATS],
      },
    ],
  ),
  ...familyEntries(
    {
      family: 'granite3.3',
      licence: 'Apache-2.0',
      context: 131_072,
      source: GALLERY,
      can: ['chat', 'tools'],
      cannot: ['vision'],
    },
    [
      { size: '2b', parameters: '2B', bytes: 1_500_000_000 },
      { size: '8b', parameters: '8B', bytes: 4_900_000_000, isLatest: true, quality: ['MMLU', 65.54, LLM_STATS] },
    ],
  ),
  ...familyEntries({ family: 'llava', source: LIBRARY, can: ['chat', 'vision'] }, [
    { size: '7b', parameters: '7B', bytes: 4_700_000_000, isLatest: true },
    { size: '13b', parameters: '13B', bytes: 8_000_000_000 },
  ]),
  ...familyEntries({ family: 'llava-llama3', source: LIBRARY, can: ['chat', 'vision'] }, [
    { size: '8b', parameters: '8B', bytes: 5_500_000_000, isLatest: true },
  ]),
  ...familyEntries({ family: 'minicpm-v', source: LIBRARY, can: ['chat', 'vision'] }, [
    { size: '8b', parameters: '8B', bytes: 5_500_000_000, isLatest: true },
  ]),
  ...familyEntries({ family: 'moondream', source: LIBRARY, can: ['chat', 'vision'] }, [
    { size: '1.8b', parameters: '1.8B', bytes: 1_700_000_000, isLatest: true },
  ]),
];
