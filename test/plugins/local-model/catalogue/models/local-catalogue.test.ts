import { beforeAll, describe, expect, test } from '@jest/globals';
import { catalogueEntrySchema, findCatalogueEntry, kindsOf, type CatalogueEntry } from 'wooster';
import { LOCAL_CATALOGUE } from '../../../../../plugins/local-model/catalogue/models/local-catalogue.ts';
import { CHAT_WEIGHTS } from '../../../../../plugins/local-model/catalogue/chat-weights.ts';
import { gradeOf } from '../../../../../plugins/local-model/catalogue/models/grade.ts';

let entries: readonly CatalogueEntry[];

beforeAll(async () => {
  entries = await LOCAL_CATALOGUE.load();
});

/** `8B`, `30B-A3B` and `8X7B` as a number; of experts the most there can be. */
function parametersOf(text: string): number {
  const [, experts = '1', count, unit] = /^E?(?:(\d+)X)?([\d.]+)([BM])/.exec(text)!;
  return Number(experts) * Number(count) * (unit === 'B' ? 1e9 : 1e6);
}

describe('the catalogue of local models', () => {
  test('has sound entries with ids and names of their own', () => {
    expect(entries.length).toBeGreaterThanOrEqual(40);
    const faults = entries.flatMap((entry) => catalogueEntrySchema.safeParse(entry).error?.issues ?? []);
    expect(faults).toEqual([]);
    const ids = entries.map(({ id }) => id);
    const names = entries.flatMap(({ matches }) => matches);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name !== name.toLowerCase())).toEqual([]);
  });

  test.each([
    ['llama3.2:latest', 'llama3.2:3b'],
    ['llama3.2:3b-instruct-q4_K_M', 'llama3.2:3b'],
    ['bartowski/Llama-3.2-3B-Instruct-GGUF', 'llama3.2:3b'],
    ['/models/Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf', 'llama3.1:8b'],
    ['mlx-community/Qwen2.5-7B-Instruct-4bit', 'qwen2.5:7b'],
    ['qwen2.5-coder-0.5b-instruct-q4_k_m', 'qwen2.5-coder:0.5b'],
    ['Qwen3-30B-A3B-Q4_K_M.gguf', 'qwen3:30b'],
    ['Qwen3-30B-A3B-Instruct-2507-UD-Q4_K_XL.gguf', 'qwen3-2507:30b-a3b'],
    ['google_gemma-3-12b-it-Q4_K_M.gguf', 'gemma3:12b'],
    ['openai/gpt-oss-20b', 'gpt-oss:20b'],
    ['DeepSeek-R1-Distill-Llama-8B-Q4_K_M.gguf', 'deepseek-r1-distill-llama:8b'],
    ['Phi-3.5-mini-instruct-Q4_K_M.gguf', 'phi3.5:3.8b'],
    ['Mistral-7B-Instruct-v0.3.Q4_K_M.gguf', 'mistral:7b'],
  ])('knows %s as %s', (name, id) => {
    expect(findCatalogueEntry(name, 'local', entries)?.id).toBe(id);
  });

  test.each(['llama3.2', 'dolphin-llama3.1:8b', 'Llama-3.2-3B-base.gguf', 'qwen2.5-math:7b', 'my-own-model', 'gemma3'])(
    'does not take %s for a model that it may not be',
    (name) => {
      expect(findCatalogueEntry(name, 'local', entries)).toBeUndefined();
    },
  );

  test('says nothing of a cloud model with a name of its own', () => {
    expect(findCatalogueEntry('gpt-oss:20b', 'cloud', entries)).toBeUndefined();
  });

  test('has files that are as large as their parameters can be', () => {
    const odd = entries.flatMap(({ id, sizes = [] }) =>
      sizes
        .map(({ parameters, bytes }) => ({ id, bits: (bytes * 8) / parametersOf(parameters) }))
        // Effective parameters (`E2B`) are fewer than those of the file.
        .filter(({ bits }) => bits < 2.3 || bits > (id.includes(':e') ? 30 : 17)),
    );
    expect(odd).toEqual([]);
  });

  test('names embedded weights that there are', () => {
    const known = new Set(CHAT_WEIGHTS.map(({ id }) => id));
    const named = entries.flatMap(({ sizes = [] }) => sizes.flatMap(({ pull }) => pull.embedded ?? []));
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((id) => !known.has(id))).toEqual([]);
  });

  test('grades by a figure that its source names', () => {
    for (const { quality } of entries) {
      if (quality === undefined) continue;
      const [, benchmark, percent] = /^(MMLU-Pro|MMLU-Redux|MMLU|GPQA Diamond) ([\d.]+), ./.exec(quality.source)!;
      expect(quality.grade).toBe(gradeOf(benchmark as Parameters<typeof gradeOf>[0], Number(percent)));
    }
  });

  test('has models of text and models that see', () => {
    const kinds = entries.map(({ capabilities = {} }) =>
      kindsOf({
        capabilities: Object.fromEntries(
          Object.entries(capabilities).map(([name, value]) => [name, { value, origin: 'catalogue' as const }]),
        ),
      }),
    );
    expect(kinds.every((list) => list[0] === 'text')).toBe(true);
    expect(kinds.filter((list) => list.includes('vision')).length).toBeGreaterThan(10);
  });
});

describe('the rule of grades', () => {
  test.each([
    ['MMLU-Pro', 70, 'SOTA'],
    ['MMLU-Pro', 69.9, 'best'],
    ['MMLU', 75, 'best'],
    ['MMLU-Redux', 74.9, 'better'],
    ['GPQA Diamond', 29.9, 'good'],
  ] as const)('gives %s of %d %s', (benchmark, percent, grade) => {
    expect(gradeOf(benchmark, percent)).toBe(grade);
  });
});
