import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { joinContext } from '../../../src/stores/search/join-context.ts';

test('passages that overlap are one text without the overlap twice', () => {
  const text = 'one two three four five';
  const cut = (from: number, to: number): { text: string; from: number; to: number } => ({
    text: text.slice(from, to),
    from,
    to,
  });
  expect(joinContext([cut(0, 13), cut(8, 18), cut(14, 23)])).toBe(text);
  expect(joinContext([cut(0, 7), cut(8, 13)])).toBe('one two\nthree');
});

test('passages whose offsets are of another text lose nothing', () => {
  const chunks = [
    { text: 'apples', from: 0, to: 100 },
    { text: 'pears', from: 50, to: 150 },
  ];
  expect(joinContext(chunks)).toBe('apples\npears');
});

test('passages that cover a text give it back, wherever it was cut', () => {
  const cuts = fc.array(fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: 10 })), { maxLength: 6 });
  fc.assert(
    fc.property(fc.string({ minLength: 40, maxLength: 60 }), cuts, (text, places) => {
      const starts = [...new Set([0, ...places.map(([at]) => at)])].sort((left, right) => left - right);
      let end = 0;
      const chunks = starts.map((from, at) => {
        const to = Math.min(text.length, (starts[at + 1] ?? text.length) + (places[at]?.[1] ?? 0));
        end = Math.max(end, to);
        return { text: text.slice(from, end), from, to: end };
      });
      expect(joinContext(chunks)).toBe(text);
    }),
  );
});
