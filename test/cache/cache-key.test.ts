import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { canonicalJson } from '../../src/cache/cache-key.ts';

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).toReversed();
  return Object.fromEntries(fields.map(([name, field]) => [name, reversed(field)]));
}

const json = fc.jsonValue({ noUnicodeString: false });

describe('the canonical text of a value', () => {
  test('is the same however its fields are ordered, and means the value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('of two values is one only where they are equal', () => {
    fc.assert(
      fc.property(json, json, (left, right) => {
        const isEqual = JSON.stringify(reversed(reversed(left))) === JSON.stringify(reversed(reversed(right)));
        if (isEqual) expect(canonicalJson(left)).toBe(canonicalJson(right));
        if (canonicalJson(left) === canonicalJson(right)) {
          expect(JSON.parse(JSON.stringify(left))).toEqual(JSON.parse(JSON.stringify(right)));
        }
      }),
    );
  });

  test('leaves out fields without a value, asks an object what it is as JSON, and refuses what would be lost', () => {
    expect(canonicalJson({ b: undefined, a: new Date(0) })).toBe('{"a":"1970-01-01T00:00:00.000Z"}');
    for (const value of [undefined, Number.NaN, () => 1, 1n, new Set([1]), [undefined]]) {
      expect(() => canonicalJson(value)).toThrow(TypeError);
    }
  });
});
