import { describe, expect, test } from '@jest/globals';
import { Validator } from '@cfworker/json-schema';
import * as fc from 'fast-check';
import { z } from 'zod';
import { toServableSchema } from '../../../../../plugins/local-model/client/dialects/schema/servable-schema.ts';

const of = (a: unknown): Record<string, unknown> => ({ type: 'object', properties: { a }, required: ['a'] });
/** What becomes of a property. */
const field = (a: unknown): unknown => (toServableSchema(of(a)).properties as { a: unknown }).a;
const fits = (schema: object, value: unknown): boolean => new Validator(schema, '2020-12').validate(value).valid;

describe('a schema for servers that make a grammar of it', () => {
  test('is as it was where they take it', () => {
    const kind = { anyOf: [of({ const: 'a' }), of({ enum: ['b', null, 1] })], description: 'which' };
    const schema = {
      type: 'object',
      properties: {
        name: { type: 'string', minLength: 2, maxLength: 40, pattern: '^[A-Z]{2}-(one|two)?$', description: 'of it' },
        day: { type: 'string', format: 'date' },
        age: { type: ['integer', 'null'], minimum: 0, exclusiveMaximum: 120 },
        kinds: { type: 'array', items: kind, minItems: 1, maxItems: 4 },
        counts: { type: 'object', additionalProperties: { type: 'integer' } },
        next: { $ref: '#/$defs/node' },
      },
      required: ['name'],
      additionalProperties: false,
      $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
    };
    expect(toServableSchema(schema)).toEqual(schema);
  });

  test.each([
    ['a pattern of a part', { type: 'string', pattern: '[A-Z]+' }, { type: 'string' }],
    ['a pattern with escapes', { type: 'string', pattern: String.raw`^\d{3}$` }, { type: 'string' }],
    ['a pattern with look-around', { type: 'string', pattern: '^(?=a)b*$' }, { type: 'string' }],
    ['a pattern with a group that is open', { type: 'string', pattern: '^(a$' }, { type: 'string' }],
    ['a pattern with bounds that exclude each other', { type: 'string', pattern: '^a{3,2}$' }, { type: 'string' }],
    ['a pattern that repeats what is repeated', { type: 'string', pattern: '^(a{99}b){99}$' }, { type: 'string' }],
    ['a long text', { type: 'string', maxLength: 2_000 }, { type: 'string' }],
    ['a long list', { type: 'array', items: {}, maxItems: 5_000 }, { type: 'array', items: {} }],
    ['a least above the most', { type: 'string', minLength: 5, maxLength: 2 }, { type: 'string', minLength: 5 }],
    ['bounds without a number between them', { type: 'integer', minimum: 9, maximum: 3 }, { type: 'integer' }],
    ['bounds that are no whole numbers', { type: 'integer', minimum: 0.5, maximum: 1e30 }, { type: 'integer' }],
    [
      'bounds of the first drafts',
      { type: 'integer', minimum: 1, exclusiveMinimum: true },
      { type: 'integer', minimum: 1 },
    ],
    ['true', true, {}],
    ['a type of nobody', { type: 'date' }, {}],
    ['no value', { enum: [] }, {}],
    [
      'very many values',
      { type: 'string', enum: Array.from({ length: 3_000 }, (_, at) => `v${at}`) },
      { type: 'string' },
    ],
    ['no choice', { anyOf: [] }, {}],
    ['a choice that is none', { anyOf: [{ not: {} }, false, { type: 'string' }] }, { anyOf: [{ type: 'string' }] }],
    [
      'a tuple and its rest',
      { type: 'array', prefixItems: [{ type: 'string' }], items: false },
      { type: 'array', prefixItems: [{ type: 'string' }] },
    ],
    [
      'a tuple of the first drafts',
      { type: 'array', items: [{ type: 'string' }] },
      { type: 'array', prefixItems: [{ type: 'string' }] },
    ],
    ['what may be null', { type: 'string', nullable: true }, { type: ['string', 'null'] }],
    ['values that may be null', { type: 'string', enum: ['a'], nullable: true }, { type: 'string', enum: ['a', null] }],
    [
      'names by a pattern',
      { type: 'object', patternProperties: { '^x': {} }, additionalProperties: false },
      { type: 'object', additionalProperties: {} },
    ],
    [
      'what nothing holds to',
      { type: 'array', items: {}, uniqueItems: true, contains: {}, default: [] },
      { type: 'array', items: {} },
    ],
    ['a reference to nowhere', { $ref: '#/$defs/nowhere', description: 'x' }, { description: 'x' }],
    ['a reference to another document', { $ref: 'https://example.com/schema.json' }, {}],
    ['a reference in a circle', { $ref: '#/properties/a' }, {}],
    [
      'a choice of itself',
      { anyOf: [{ $ref: '#/properties/a' }, { type: 'null' }] },
      { anyOf: [{}, { type: 'null' }] },
    ],
  ])('does without %s', (_, given, kept) => {
    expect(field(given)).toEqual(kept);
  });

  test('has the root as a definition where a part refers to it', () => {
    const node = { type: 'object', properties: { next: { $ref: '#' }, name: { $ref: '#/$defs/name' } } };
    const schema = { ...node, $defs: { name: { type: 'string' } } };
    expect(toServableSchema(schema)).toEqual({
      $ref: '#/$defs/root',
      $defs: {
        name: { type: 'string' },
        root: { type: 'object', properties: { next: { $ref: '#/$defs/root' }, name: { $ref: '#/$defs/name' } } },
      },
    });
  });

  test('leaves properties alone that are named like words of a schema', () => {
    const schema = of({ type: 'object', properties: { $ref: { type: 'string' }, enum: { type: 'string' }, not: {} } });
    expect(toServableSchema(schema)).toEqual(schema);
  });

  test('loses nothing but the rules of the text of what zod writes', () => {
    const schema = z.toJSONSchema(z.object({ mail: z.email(), at: z.iso.datetime(), id: z.uuid().nullable() }));
    expect(toServableSchema(schema)).toMatchObject({
      properties: {
        mail: { type: 'string', format: 'email' },
        at: { type: 'string', format: 'date-time' },
        id: { anyOf: [{ type: 'string', format: 'uuid' }, { type: 'null' }] },
      },
      required: ['mail', 'at', 'id'],
      additionalProperties: false,
    });
    expect(JSON.stringify(toServableSchema(schema)).match(/"pattern":"[^"]{9}/g)).toEqual(['"pattern":"^([0-9a-f']);
  });

  test('takes every value that the schema takes, and is its own servable form', () => {
    fc.assert(
      fc.property(
        schemas(),
        fc.jsonValue({ maxDepth: 3 }),
        fc.constantFrom({ a: 'x' }, ['x', 1], null, { a: { a: 1 } }),
        (schema, ...values) => {
          const servable = toServableSchema(schema);
          expect(toServableSchema(servable)).toEqual(servable);
          for (const value of values)
            if (fits(schema, value)) expect([servable, fits(servable, value)]).toEqual([servable, true]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('never throws, whatever the schema', () => {
    const words = fc.constantFrom(
      'type',
      'properties',
      'items',
      'anyOf',
      '$ref',
      'enum',
      '$defs',
      'not',
      'pattern',
      'minLength',
    );
    const part = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('#', '#/$defs/a', 'string', '^('));
    const anything = fc.dictionary(
      words,
      fc.oneof(part, fc.dictionary(words, part), fc.array(fc.dictionary(words, part))),
    );
    fc.assert(fc.property(anything, (schema) => void JSON.stringify(toServableSchema(schema))));
  });
});

/** Schemas with most words, some of them wrong. */
function schemas(): fc.Arbitrary<Record<string, unknown>> {
  const { schema } = fc.letrec<{ schema: Record<string, unknown>; inner: Record<string, unknown> }>((tie) => ({
    inner: fc.oneof({ weight: 5, arbitrary: tie('schema') }, { weight: 1, arbitrary: fc.constant({ $ref: '#' }) }),
    schema: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.record({ type: fc.constantFrom('string', 'integer', 'number', 'boolean', 'null', 'object', 'array') }),
      fc.record(
        {
          type: fc.constant('string'),
          minLength: fc.nat(3),
          maxLength: fc.nat(3),
          pattern: fc.constantFrom('^a$', 'x'),
        },
        { requiredKeys: ['type'] },
      ),
      fc.record({ enum: fc.array(fc.jsonValue({ maxDepth: 1 })) }),
      fc.record({ const: fc.jsonValue({ maxDepth: 1 }) }),
      fc.record(
        { type: fc.constantFrom('integer', 'number'), minimum: fc.integer(), exclusiveMaximum: fc.integer() },
        { requiredKeys: ['type'] },
      ),
      fc.record(
        {
          type: fc.constantFrom('object', ['object', 'null']),
          properties: fc.dictionary(fc.constantFrom('a', 'b'), tie('inner')),
          required: fc.subarray(['a', 'b']),
          additionalProperties: fc.oneof(fc.boolean(), tie('inner')),
        },
        { requiredKeys: ['type'] },
      ),
      fc.record(
        { type: fc.constant('array'), items: tie('inner'), minItems: fc.nat(2), maxItems: fc.nat(2) },
        { requiredKeys: ['type'] },
      ),
      fc.record(
        { prefixItems: fc.array(tie('inner')), items: fc.oneof(fc.boolean(), tie('inner')) },
        { requiredKeys: ['prefixItems'] },
      ),
      fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1 }) }),
      fc.record({ allOf: fc.array(tie('schema'), { minLength: 1 }), not: tie('schema') }, { requiredKeys: ['allOf'] }),
    ),
  }));
  return schema;
}
