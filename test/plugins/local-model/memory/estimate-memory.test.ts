import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { estimateMemory, type MemoryInputs } from '../../../../plugins/local-model/memory/estimate-memory.ts';
import { memoryInputsOf, publishedInputsOf } from '../../../../plugins/local-model/memory/memory-inputs.ts';
import { parametersOf } from '../../../../src/kernel/models/parameter-count.ts';
import { bitsPerWeight } from '../../../../plugins/local-model/memory/quantization.ts';
import { verdictFor } from '../../../../plugins/local-model/memory/verdict.ts';
import type { MachineMemory } from '../../../../plugins/local-model/memory/machine-memory.ts';

const LLAMA_8B = {
  layers: 32,
  kvHeads: 8,
  keyLength: 128,
  valueLength: 128,
  embeddingLength: 4096,
  vocabularySize: 128_256,
};
const SMOLLM = { layers: 30, kvHeads: 3, keyLength: 64, valueLength: 64, embeddingLength: 576, vocabularySize: 49_152 };
const GIB = 1024;

function fact<T>(value: T): { value: T; origin: 'server' } {
  return { value, origin: 'server' };
}

function machine(changes: Partial<MachineMemory> = {}): MachineMemory {
  return { totalMiB: 16 * GIB, freeMiB: 8 * GIB, usableMiB: 16 * GIB, isUnified: false, graphics: [], ...changes };
}

describe('the estimate of memory', () => {
  test('counts the cache as llama-server tells it', () => {
    // `llama_kv_cache: size = 45.00 MiB ( 2048 cells, 30 layers)`, SmolLM2-135M on b10068.
    expect(estimateMemory({ weightsBytes: 98_362_432, shape: SMOLLM, contextTokens: 2048 })?.cacheMiB).toBe(45);
    // 128 KiB a token of Llama 3.1 8B.
    expect(estimateMemory({ weightsBytes: 1, shape: LLAMA_8B, contextTokens: 8192 })?.cacheMiB).toBe(1024);
  });

  test('keeps of a layer with a sliding window no more than that window and a batch', () => {
    const shape = { ...LLAMA_8B, slidingWindow: { tokens: 1024, layers: 31 } };
    const estimate = estimateMemory({ weightsBytes: 1, shape, contextTokens: 131_072 });
    expect(estimate?.cacheMiB).toBe(512 + (31 * 1536 * 4096) / (1024 * 1024));
  });

  test('takes the size of the file where it is known, else parameters and quantisation', () => {
    const known = estimateMemory({
      weightsBytes: 4_920_739_232,
      parameters: 1,
      quantization: 'F32',
      contextTokens: 512,
    });
    expect(known?.weightsMiB).toBeCloseTo(4692.8, 0);
    const reckoned = estimateMemory({ parameters: 8.03e9, quantization: 'q4_K_M', contextTokens: 512 });
    expect(reckoned!.weightsMiB / known!.weightsMiB).toBeCloseTo(1, 1);
  });

  test('is none where nothing tells the size of the weights', () => {
    expect(estimateMemory({ parameters: 8e9, contextTokens: 512 })).toBeUndefined();
    expect(estimateMemory({ parameters: 8e9, quantization: 'SECRET', contextTokens: 512 })).toBeUndefined();
    expect(verdictFor({ quantization: 'Q4_0', contextTokens: 512 }, machine())).toBeUndefined();
  });

  test('counts results for every word on a graphics card, and the copied weights of a mapped file apart', () => {
    const inputs: MemoryInputs = { weightsBytes: 1e9, shape: LLAMA_8B, contextTokens: 4096, repackedBytes: 2 ** 20 };
    const [card, plain] = [estimateMemory({ ...inputs, isOnGraphics: true })!, estimateMemory(inputs)!];
    expect(card.computeMiB - plain.computeMiB).toBeCloseTo((512 * 128_256 * 4) / 2 ** 20, 6);
    expect(plain.mappedMiB).toBeCloseTo(plain.totalMiB + 1, 6);
  });

  const shape = fc.record({
    layers: fc.integer({ min: 1, max: 120 }),
    kvHeads: fc.integer({ min: 1, max: 64 }),
    keyLength: fc.constantFrom(64, 96, 128, 256),
    valueLength: fc.constantFrom(64, 128, 256),
    embeddingLength: fc.integer({ min: 256, max: 16_384 }),
  });
  const inputs = fc.record(
    {
      weightsBytes: fc.integer({ min: 1e7, max: 1e11 }),
      contextTokens: fc.integer({ min: 512, max: 262_144 }),
      shape,
      slots: fc.integer({ min: 1, max: 8 }),
      cacheType: fc.constantFrom('f16', 'q8_0', 'q4_0', 'f32'),
    },
    { requiredKeys: ['weightsBytes', 'contextTokens'] },
  ) as fc.Arbitrary<MemoryInputs>;

  test('is never less than the weights, is the sum of its parts, and grows with the window', () => {
    fc.assert(
      fc.property(inputs, fc.integer({ min: 1, max: 100_000 }), (given, more) => {
        const estimate = estimateMemory(given)!;
        const { weightsMiB, cacheMiB, computeMiB, overheadMiB, totalMiB } = estimate;
        expect(totalMiB).toBeCloseTo(weightsMiB + cacheMiB + computeMiB + overheadMiB, 6);
        expect(totalMiB).toBeGreaterThan(weightsMiB);
        const longer = estimateMemory({ ...given, contextTokens: given.contextTokens + more })!;
        expect(longer.totalMiB).toBeGreaterThan(totalMiB);
      }),
    );
  });

  test('a verdict agrees with its numbers, and the window that it offers fits', () => {
    const room = fc.integer({ min: 512, max: 256 * GIB });
    fc.assert(
      fc.property(
        inputs,
        room,
        fc.boolean(),
        fc.option(room, { nil: undefined }),
        (given, usableMiB, isUnified, card) => {
          const graphics = card === undefined || isUnified ? [] : [{ name: 'card', totalMiB: card }];
          const host = machine({ usableMiB, isUnified, graphics });
          const fit = verdictFor(given, host)!;
          const share = fit.estimate.totalMiB / fit.availableMiB;
          expect(fit.verdict).toBe(share <= 0.9 ? 'fits' : share <= 1 ? 'tight' : 'does-not-fit');
          const offered = fit.fittingContextTokens;
          if (fit.verdict === 'fits') expect(offered).toBe(given.contextTokens);
          if (offered === undefined) return;
          expect(offered).toBeLessThanOrEqual(given.contextTokens);
          const again = estimateMemory({ ...given, contextTokens: offered, isOnGraphics: fit.place !== 'ram' })!;
          expect(again.totalMiB).toBeLessThanOrEqual(fit.availableMiB * 0.9 + 1e-6);
        },
      ),
    );
  });
});

describe('the place of a model', () => {
  const inputs: MemoryInputs = { weightsBytes: 4.9e9, shape: LLAMA_8B, contextTokens: 8192 };

  test('is a card that it fits, else the memory of the processor, and the one memory of Apple silicon', () => {
    const [small, large] = [
      { name: 'small', totalMiB: 4 * GIB },
      { name: 'large', totalMiB: 12 * GIB },
    ];
    expect(verdictFor(inputs, machine({ graphics: [small, large] }))).toMatchObject({
      place: 'graphics',
      verdict: 'fits',
    });
    expect(verdictFor(inputs, machine({ graphics: [small] }))).toMatchObject({ place: 'ram', verdict: 'fits' });
    expect(verdictFor(inputs, machine({ isUnified: true }))).toMatchObject({ place: 'unified', verdict: 'fits' });
  });

  test('is told with the window that would fit, or none where the weights alone are too large', () => {
    const tight = verdictFor({ ...inputs, contextTokens: 131_072 }, machine({ usableMiB: 16 * GIB }))!;
    expect(tight.verdict).toBe('does-not-fit');
    expect(tight.fittingContextTokens).toBeGreaterThan(50_000);
    const hopeless = verdictFor({ ...inputs, weightsBytes: 43e9 }, machine())!;
    expect(hopeless).toMatchObject({ verdict: 'does-not-fit' });
    expect(hopeless.fittingContextTokens).toBeUndefined();
  });
});

describe('what memory is reckoned from', () => {
  test.each([
    ['8B', 8e9],
    ['0.49B', 0.49e9],
    ['134.52M', 134.52e6],
    ['8x7B', 56e9],
    ['30B-A3B', 30e9],
    ['E2B', 2e9],
    ['large', undefined],
    ['', undefined],
  ])('%j are %p parameters', (text, count) => {
    expect(parametersOf(text)).toBe(count);
  });

  test.each([
    ['Q4_K_M', 4.89],
    ['q8_0', 8.5],
    ['UD-Q4_K_M', 4.89],
    ['4bit', 4.5],
    ['BF16', 16],
    ['unknown', undefined],
  ])('%s takes %p bits', (name, bits) => {
    expect(bitsPerWeight(name)).toBe(bits);
  });

  test('are the facts of a model, and the published facts of one that is not here', () => {
    const model = {
      sizeBytes: fact(5),
      parameterCount: fact('8B'),
      quantization: fact('Q4_0'),
      contextTokens: fact(8192),
    };
    expect(memoryInputsOf(model as never)).toEqual({
      weightsBytes: 5,
      parameters: 8e9,
      quantization: 'Q4_0',
      contextTokens: 8192,
    });
    expect(memoryInputsOf({} as never, 2048)).toEqual({ contextTokens: 2048 });
    const entry = { id: 'm', matches: ['m'], source: 's', date: '2026-11-28', contextTokens: 2048 };
    const size = { parameters: '1B', bytes: 9, pull: {} };
    expect(publishedInputsOf(entry, size)).toEqual({ weightsBytes: 9, parameters: 1e9, contextTokens: 2048 });
  });
});
