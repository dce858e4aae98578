import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { MODEL_KINDS, type Fact } from 'wooster';
import { kindsOf } from '../../../src/kernel/models/model-kinds.ts';

function can(...names: readonly string[]): { capabilities: Record<string, Fact<boolean>> } {
  return { capabilities: Object.fromEntries(names.map((name) => [name, { value: true, origin: 'server' as const }])) };
}

describe('the kinds of a model', () => {
  test('a chat model that sees is of text and of vision', () => {
    expect(kindsOf(can('chat', 'vision', 'tools'))).toEqual(['text', 'vision']);
  });

  test.each([
    ['embed', 'embedding'],
    ['image', 'image'],
    ['video', 'video'],
    ['transcribe', 'speech'],
    ['speech', 'speech'],
  ])('what can %s is of %s alone', (capability, kind) => {
    expect(kindsOf(can(capability))).toEqual([kind]);
  });

  test('a model of which nothing is known is of no kind', () => {
    expect(kindsOf(can())).toEqual([]);
  });

  test('an embedder is none of text, though its server gives tools to all models', () => {
    const { capabilities } = can('embed', 'tools');
    expect(kindsOf({ capabilities: { ...capabilities, chat: { value: false, origin: 'server' } } })).toEqual([
      'embedding',
    ]);
  });

  test('what a model cannot do never adds a kind, and the order is always the same', () => {
    const names = fc.dictionary(
      fc.constantFrom('chat', 'vision', 'embed', 'image', 'video', 'speech', 'audio', 'x'),
      fc.boolean(),
    );
    fc.assert(
      fc.property(names, (told) => {
        const capabilities = Object.fromEntries(
          Object.entries(told).map(([name, value]) => [name, { value, origin: 'server' as const }]),
        );
        const kinds = kindsOf({ capabilities });
        expect(kinds).toEqual(MODEL_KINDS.filter((kind) => kinds.includes(kind)));
        if (!Object.values(told).includes(true)) expect(kinds).toEqual([]);
      }),
    );
  });
});
