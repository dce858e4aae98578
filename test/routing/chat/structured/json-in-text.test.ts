import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { jsonIn, partialJsonIn } from '../../../../src/routing/chat/structured/json-in-text.ts';
import { isPrefix } from './is-prefix.ts';

/** What JSON can hold; a number of -0 is written as 0. */
const anyJson = (): fc.Arbitrary<unknown> =>
  fc.jsonValue({ maxDepth: 2, stringUnit: 'grapheme' }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const objects = (): fc.Arbitrary<unknown> => fc.dictionary(fc.string({ unit: 'grapheme' }), anyJson(), { maxKeys: 4 });
const PROSE = ['', 'Here you are:\n', 'Sure! I use {name} and "quotes", see [below].\n```json\n'];
const ENDS = ['', '\n```\nHope that helps {you}!', ' Anything else?'];

describe('JSON in what a model wrote', () => {
  test('is found whole between words and fences, however it is spaced', () => {
    fc.assert(
      fc.property(
        objects(),
        fc.constantFrom(...PROSE),
        fc.constantFrom(...ENDS),
        fc.constantFrom(0, 2, '\t'),
        (value, before, after, space) => {
          const text = `${before}${JSON.stringify(value, null, space)}${after}`;
          expect(jsonIn(text, '{').values[0]).toEqual(value);
          expect(jsonIn(text, '{').isCut).toBe(false);
        },
      ),
    );
  });

  test('cut anywhere is a part of the whole, which only grows', () => {
    fc.assert(
      fc.property(objects(), fc.constantFrom(...PROSE), fc.boolean(), (value, before, isEscaped) => {
        const json = JSON.stringify(value, null, 1);
        const text = before + (isEscaped ? escaped(json) : json);
        const parts = Array.from({ length: text.length + 1 }, (_each, end) => partialJsonIn(text.slice(0, end), '{'));
        const seen = parts.filter((part) => part !== undefined);
        const wrong = seen.find((part, index) => !isPrefix(part, value) || !isPrefix(seen[index - 1] ?? {}, part));
        expect(wrong).toBeUndefined();
        if (!text.includes('__proto__')) expect(seen.at(-1)).toEqual(value);
      }),
      { numRuns: 25 },
    );
  });

  test('cut before its end is never taken for a whole', () => {
    fc.assert(
      fc.property(objects(), fc.nat(), (value, at) => {
        const text = JSON.stringify(value);
        expect(jsonIn(text.slice(0, at % text.length), '{').values).toEqual([]);
      }),
    );
  });

  test('shows no half of an escape, of a character or of a number', () => {
    expect(partialJsonIn(String.raw`{"a":"x\u00`, '{')).toEqual({ a: 'x' });
    expect(partialJsonIn('{"a":"x\\', '{')).toEqual({ a: 'x' });
    expect(partialJsonIn(String.raw`{"a":"x\ud83d`, '{')).toEqual({ a: 'x' });
    expect(partialJsonIn(String.raw`{"a":"x\ud83d\ude`, '{')).toEqual({ a: 'x' });
    expect(partialJsonIn(String.raw`{"a":"x\ud83d\ude00`, '{')).toEqual({ a: 'x😀' });
    expect(partialJsonIn('{"a":[1,23', '{')).toEqual({ a: [1] });
    expect(partialJsonIn('{"a":-', '{')).toEqual({});
    expect(partialJsonIn('{"a":[1,23]', '{')).toEqual({ a: [1, 23] });
  });

  test('never sets a prototype', () => {
    const part = partialJsonIn('{"__proto__":{"isAdmin":true},"a":"b', '{') as { isAdmin?: boolean } | undefined;
    expect(part?.isAdmin).toBeUndefined();
  });

  test.each([
    ['a comma at the end', '{"a": [1, 2,], "b": "x",}', { a: [1, 2], b: 'x' }],
    ['single quotes and words of Python', "{'a': True, 'b': None}", { a: true, b: null }],
    ['a line break within a text', '{"a": "x\ny"}', { a: 'x\ny' }],
    ['a comment', '{"a": 1 // one\n}', { a: 1 }],
  ])('is mended with %s', (_, text, value) => {
    expect(jsonIn(text, '{').values).toEqual([value]);
  });

  test('is not seen in words with brackets', () => {
    expect(jsonIn('Call {name} with [the list] as in f(x) { return }', '{[')).toEqual({ values: [], isCut: false });
  });

  test('of another kind than wanted is passed over', () => {
    expect(jsonIn('As [1] says: {"a":1}', '{').values).toEqual([{ a: 1 }]);
    expect(jsonIn('{"a":1} and [2]', '[').values).toEqual([[2]]);
  });

  test('without brackets is read where no object is wanted', () => {
    expect(jsonIn('```json\n"Paris"\n```', '{[').values).toEqual(['Paris']);
    expect(jsonIn(' 12 ', '{[').values).toEqual([12]);
    expect(jsonIn('"Paris"', '{').values).toEqual([]);
  });

  test('of many megabytes of brackets is read in time that grows with its length', () => {
    const startedMs = performance.now();
    expect(jsonIn('{ '.repeat(500_000), '{').values).toEqual([]);
    expect(jsonIn('[['.repeat(500_000), '[').values).toEqual([]);
    expect(jsonIn('{"a":'.repeat(200_000), '{').isCut).toBe(true);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});

/** The same JSON with every character beyond ASCII as an escape. */
function escaped(json: string): string {
  return json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
