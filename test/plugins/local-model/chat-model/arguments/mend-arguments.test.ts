import { describe, expect, test } from '@jest/globals';
import { assert, property } from 'fast-check';
import * as fc from 'fast-check';
import { mendArguments, mendValue } from '../../../../../plugins/local-model/chat-model/arguments/mend-arguments.ts';
import type { OfferedTool } from '../../../../../plugins/local-model/client/chat-request.ts';

const TOOL: OfferedTool = {
  name: 'book',
  parameters: {
    type: 'object',
    properties: {
      city: { type: 'string' },
      nights: { type: 'integer' },
      price: { type: 'number' },
      isQuiet: { type: 'boolean' },
      class: { enum: ['first', 'second'] },
      tags: { type: 'array', items: { type: 'string' } },
      guest: { $ref: '#/$defs/guest' },
      note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      when: { type: ['integer', 'null'] },
    },
    required: ['city'],
    additionalProperties: false,
    $defs: {
      guest: {
        type: 'object',
        properties: { first_name: { type: 'string' }, age: { type: 'integer' } },
        additionalProperties: false,
      },
    },
  },
};

const mended = (given: Record<string, unknown>): unknown => mendArguments(given, TOOL).arguments;

describe('arguments of a call', () => {
  test.each<[Record<string, unknown>, Record<string, unknown>]>([
    [{ nights: '3' }, { nights: 3 }],
    [{ price: ' 4.5 ' }, { price: 4.5 }],
    [{ city: 75001 }, { city: '75001' }],
    [{ isQuiet: 'True' }, { isQuiet: true }],
    [{ class: 'First' }, { class: 'first' }],
    [{ tags: 'sea' }, { tags: ['sea'] }],
    [{ tags: '["sea", "sun"]' }, { tags: ['sea', 'sun'] }],
    [{ tags: [1, 2] }, { tags: ['1', '2'] }],
    [{ guest: '{"first_name": "Ada", "age": "36"}' }, { guest: { first_name: 'Ada', age: 36 } }],
    [{ guest: { firstName: 'Ada' } }, { guest: { first_name: 'Ada' } }],
    [{ City: 'Rome' }, { city: 'Rome' }],
    [{ nights: null }, {}],
    [{ note: null }, { note: null }],
    [{ note: 5 }, { note: '5' }],
    [{ when: '5' }, { when: 5 }],
    [{ nights: { type: 'integer', value: 3 } }, { nights: 3 }],
    [{ pool: true }, {}],
  ])('are mended: %j', (given, expected) => {
    const whole = { city: 'Rome', ...given };
    const result = mendArguments('City' in given ? given : whole, TOOL);
    expect(result).toEqual({ arguments: { city: 'Rome', ...expected }, problems: [] });
  });

  test.each(['arguments', 'parameters', 'book'])('are taken out of %s', (wrapper) => {
    expect(mended({ [wrapper]: { city: 'Rome', nights: '2' } })).toEqual({ city: 'Rome', nights: 2 });
  });

  test('that cannot be mended say what does not fit', () => {
    const { problems } = mendArguments({ nights: 'three', class: 'third' }, TOOL);
    expect(problems.join('\n')).toMatch(/city/);
    expect(problems.join('\n')).toMatch(/nights/);
    expect(problems.join('\n')).toMatch(/class/);
  });

  test('that fit stay as they are', () => {
    const values = fc.record(
      { city: fc.string(), nights: fc.integer(), tags: fc.array(fc.string()), note: fc.option(fc.string()) },
      { requiredKeys: ['city'] },
    );
    assert(
      property(values, (given) => {
        const result = mendArguments(given, TOOL);
        expect(result.arguments).toBe(given);
        expect(result.problems).toEqual([]);
      }),
    );
  });

  test('are mended to the same however often it is done', () => {
    const any = fc.dictionary(fc.constantFrom('city', 'CITY', 'nights', 'tags', 'guest', 'x', 'book'), fc.jsonValue());
    assert(
      property(any, (given) => {
        const once = mendArguments(given, TOOL);
        expect(mendArguments(once.arguments, TOOL)).toEqual(once);
      }),
    );
  });

  test('of a schema that nobody can read are let through, and the schema is not written into', () => {
    const parameters = Object.freeze({ type: 'object', properties: { a: { $ref: '#/$defs/none' } } });
    expect(mendArguments({ a: 1 }, { name: 'f', parameters })).toEqual({ arguments: { a: 1 }, problems: [] });
  });
});

describe('any value', () => {
  test('is mended for its schema', () => {
    expect(mendValue({ n: '1' }, { type: 'object', properties: { n: { type: 'integer' } } })).toEqual({
      value: { n: 1 },
      problems: [],
    });
  });
});
