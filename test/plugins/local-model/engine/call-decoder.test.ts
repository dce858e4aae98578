import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { CallDecoder, type CallPart } from '../../../../plugins/local-model/engine/grammar/call-decoder.ts';
import { spacedJson } from '../../../../plugins/local-model/engine/grammar/spaced-json.ts';

function decode(text: string, size: number): { parts: CallPart[]; isDone: boolean } {
  const decoder = new CallDecoder();
  const parts: CallPart[] = [];
  for (let start = 0; start < text.length; start += size) parts.push(...decoder.write(text.slice(start, start + size)));
  return { parts, isDone: decoder.isDone };
}

describe('CallDecoder', () => {
  test('gives the name, then the arguments as they are, wherever the pieces are cut', () => {
    const values = fc.dictionary(fc.string(), fc.jsonValue());
    const sizes = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), values, sizes, (name, given, size) => {
        const text = spacedJson(given);
        const { parts, isDone } = decode(`{"name": ${JSON.stringify(name)}, "arguments": ${text}}`, size);
        expect(parts[0]).toEqual({ type: 'call', name });
        expect(parts.map((part) => (part.type === 'arguments' ? part.text : '')).join('')).toBe(text);
        expect(isDone).toBe(true);
      }),
    );
  });

  test('gives arguments out as soon as they are there', () => {
    const decoder = new CallDecoder();
    expect(decoder.write('{"name": "a", "argu')).toEqual([]);
    expect(decoder.write('ments": {"x"')).toEqual([
      { type: 'call', name: 'a' },
      { type: 'arguments', text: '{"x"' },
    ]);
    expect(decoder.write(': 1}}')).toEqual([{ type: 'arguments', text: ': 1}' }]);
  });

  test('is not done when the call was cut, also not by a brace inside a string', () => {
    expect(decode('{"name": "tool", "arguments": {"a": "}', 3).isDone).toBe(false);
    expect(decode('{"name": "to', 3)).toEqual({ parts: [], isDone: false });
  });
});
