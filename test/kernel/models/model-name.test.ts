import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseModelName, plainNameOf } from '../../../src/kernel/models/model-name.ts';

function bare(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}

describe('the name of a model', () => {
  test.each([
    ['llama3.2:3b-instruct-q4_K_M', { family: 'llama3.2', size: '3b', variant: 'instruct', quantization: 'Q4_K_M' }],
    [
      'Qwen2.5-Coder-0.5B-Instruct-Q4_K_M.gguf',
      { family: 'qwen2.5', size: '0.5b', variant: 'coder-instruct', quantization: 'Q4_K_M' },
    ],
    [
      'mlx-community/Llama-3.2-3B-Instruct-4bit',
      { family: 'llama3.2', size: '3b', variant: 'instruct', quantization: '4bit' },
    ],
    ['bartowski/Meta-Llama-3.1-8B-Instruct-GGUF', { family: 'llama3.1', size: '8b', variant: 'instruct' }],
    ['bartowski/google_gemma-3-12b-it-qat-GGUF', { family: 'gemma3', size: '12b', variant: 'it-qat' }],
    ['gemma-3-12b-it-qat', { family: 'gemma3', size: '12b', variant: 'it-qat' }],
    ['gemma-3n-E4B-it-Q8_0.gguf', { family: 'gemma3n', size: 'e4b', variant: 'it', quantization: 'Q8_0' }],
    ['qwen3:30b-a3b', { family: 'qwen3', size: '30b-a3b' }],
    [
      'Qwen3-30B-A3B-Instruct-2507-UD-Q4_K_XL.gguf',
      { family: 'qwen3', size: '30b-a3b', variant: 'instruct-2507', quantization: 'UD-Q4_K_XL' },
    ],
    ['Mixtral-8x7B-Instruct-v0.1', { family: 'mixtral', size: '8x7b', variant: 'instruct-v0.1' }],
    ['mistral:latest', { family: 'mistral' }],
    ['Mistral-Small-3.1-24B-Instruct-2503', { family: 'mistral-small3.1', size: '24b', variant: 'instruct-2503' }],
    [
      'DeepSeek-R1-Distill-Qwen-7B-IQ4_XS.gguf',
      { family: 'deepseek-r1', size: '7b', variant: 'distill-qwen', quantization: 'IQ4_XS' },
    ],
    ['phi-3.5-mini-instruct', { family: 'phi3.5', variant: 'mini-instruct' }],
    ['SmolLM2-135M-Instruct.Q4_1.gguf', { family: 'smollm2', size: '135m', variant: 'instruct', quantization: 'Q4_1' }],
    ['gpt-oss-20b-MXFP4', { family: 'gpt-oss', size: '20b', quantization: 'MXFP4' }],
    ['C:\\models\\Phi-4-mini-instruct-Q6_K.gguf', { family: 'phi4', variant: 'mini-instruct', quantization: 'Q6_K' }],
    [
      '/models/Llama-3.3-70B-Instruct-Q4_K_M-00001-of-00002.gguf',
      { family: 'llama3.3', size: '70b', variant: 'instruct', quantization: 'Q4_K_M' },
    ],
    ['Qwen2.5-7B-Instruct-1M', { family: 'qwen2.5', size: '7b', variant: 'instruct-1m' }],
    ['TheBloke/CodeLlama-13B-GPTQ', { family: 'codellama', size: '13b', quantization: 'GPTQ' }],
    ['claude-3-5-sonnet-20241022', { family: 'claude3.5-sonnet', variant: '20241022' }],
  ])('%s is read', (id, parts) => {
    expect(parseModelName(id)).toEqual(parts);
  });

  test.each(['', '   ', '///', '7', ':', 'x'.repeat(4000)])('of %j nothing is made up', (id) => {
    expect(parseModelName(id)).toEqual({});
  });

  test('the everyday builds of one family have one plain name', () => {
    const names = [
      'llama3.2:3b',
      'Llama-3.2-3B-Instruct-Q4_K_M.gguf',
      'mlx-community/Llama-3.2-3B-Instruct-4bit',
      'meta-llama/Llama-3.2-3B-Instruct',
    ];
    expect(new Set(names.map((id) => plainNameOf(parseModelName(id))))).toEqual(new Set(['llama3.2:3b']));
    expect(plainNameOf(parseModelName('Qwen2.5-Coder-7B-Instruct-AWQ'))).toBe('qwen2.5-coder:7b');
    expect(plainNameOf(parseModelName('Llama-3.2-3B-base'))).toBe('llama3.2-base:3b');
    expect(plainNameOf(parseModelName('7b'))).toBeUndefined();
  });

  const family = fc.constantFrom(
    'llama3.2',
    'qwen2.5',
    'gemma3',
    'mistral',
    'phi4',
    'smollm2',
    'deepseek-r1',
    'gpt-oss',
  );
  const size = fc.oneof(
    fc.tuple(fc.integer({ min: 1, max: 900 }), fc.constantFrom('b', 'm')).map(([count, unit]) => `${count}${unit}`),
    fc.constantFrom('0.5b', '1.5b', '8x7b', '8x22b', '30b-a3b', 'e2b'),
  );
  const variant = fc.constantFrom('instruct', 'it', 'it-qat', 'coder-instruct', 'base');
  const quantization = fc.constantFrom(
    'Q4_K_M',
    'Q8_0',
    'Q4_0',
    'IQ2_XXS',
    'Q6_K',
    'BF16',
    'F16',
    'MXFP4',
    '4bit',
    'AWQ',
  );

  test('the same parts are read from every spelling', () => {
    fc.assert(
      fc.property(family, size, variant, quantization, (f, s, v, q) => {
        const parts = { family: f, size: s, variant: v, quantization: q };
        const hub = `${f.replace(/(\d[\d.]*)$/, '-$1')}-${s}-${v}`.replace('deepseek-r-1', 'deepseek-r1');
        for (const id of [
          `${f}:${s}-${v}-${q.toLowerCase()}`,
          `maker/${hub.toUpperCase()}-${q}`,
          `/some/folder/${hub}-${q}.gguf`,
          `${hub}.${q}.GGUF`,
        ]) {
          expect(parseModelName(id)).toEqual(parts);
        }
      }),
    );
  });

  test('nothing is in the parts that is not in the name, and no text makes it throw', () => {
    const pieces = fc.array(
      fc.oneof(fc.string(), family, size, variant, quantization, fc.constantFrom('/', ':', '-', '_', '.')),
      { maxLength: 9 },
    );
    fc.assert(
      fc.property(
        pieces.map((list) => list.join('')),
        (id) => {
          for (const part of [parseModelName(id).family, parseModelName(id).size]) {
            if (part !== undefined) expect(bare(id)).toContain(bare(part));
          }
        },
      ),
    );
  });
});
