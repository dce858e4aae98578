import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { z } from 'zod';
import { toServableSchema } from '../../../../plugins/local-model/client/dialects/schema/servable-schema.ts';
import {
  jsonObjectGrammar,
  jsonSchemaGrammar,
} from '../../../../plugins/local-model/engine/grammar/json-schema-grammar.ts';
import { spacedJson } from '../../../../plugins/local-model/engine/grammar/spaced-json.ts';
import { argumentsGrammar, WORDS_GRAMMAR } from '../../../../plugins/local-model/engine/grammar/tool-grammar.ts';
import { accepts } from './grammar-reader.ts';

const person = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    age: { type: 'integer', minimum: 0 },
    tags: { type: 'array', items: { type: 'string' } },
  },
  required: ['name', 'age'],
};

describe('jsonSchemaGrammar', () => {
  test('accepts required properties, with or without the optional ones, and nothing else', () => {
    const grammar = jsonSchemaGrammar(person);
    expect(accepts(grammar, '{"name": "Ada", "age": 36}')).toBe(true);
    expect(accepts(grammar, '{"name": "Ada", "age": 36, "tags": ["a", "b"]}')).toBe(true);
    expect(accepts(grammar, '{"name": "Ada", "age": 36, "tags": []}')).toBe(true);
    expect(accepts(grammar, '{"name": "Ada"}')).toBe(false);
    expect(accepts(grammar, '{"name": "Ada", "age": -1}')).toBe(false);
    expect(accepts(grammar, '{"name": "Ada", "age": "36"}')).toBe(false);
    expect(accepts(grammar, '{"name": "Ada", "age": 36, "other": 1}')).toBe(false);
  });

  test('accepts any selection of optional properties when none is required', () => {
    const grammar = jsonSchemaGrammar({
      properties: { a: { type: 'null' }, b: { type: 'null' }, c: { type: 'null' } },
    });
    for (const text of [
      '{}',
      '{"a": null}',
      '{"b": null}',
      '{"a": null, "c": null}',
      '{"a": null, "b": null, "c": null}',
    ]) {
      expect(accepts(grammar, text)).toBe(true);
    }
    expect(accepts(grammar, '{"c": null, "a": null}')).toBe(false);
  });

  test('follows references, also recursive ones', () => {
    const grammar = jsonSchemaGrammar({
      $ref: '#/$defs/node',
      $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
    });
    expect(accepts(grammar, '{"next": {"next": {}}}')).toBe(true);
    expect(accepts(grammar, '{"next": 1}')).toBe(false);
  });

  test.each([
    ['anyOf with null', { anyOf: [{ type: 'string' }, { type: 'null' }] }, ['"a"', 'null'], ['1']],
    ['oneOf', { oneOf: [{ const: 1 }, { enum: ['x', { a: 1 }] }] }, ['1', '"x"', '{"a": 1}'], ['2']],
    ['a list of types', { type: ['integer', 'null'] }, ['1', 'null'], ['"a"']],
    ['nullable', { type: 'string', nullable: true }, ['"a"', 'null'], ['1']],
    [
      'allOf',
      {
        allOf: [
          { properties: { a: { const: 1 } }, required: ['a'] },
          { properties: { b: { const: 2 } }, required: ['b'] },
        ],
      },
      ['{"a": 1, "b": 2}'],
      ['{"a": 1}'],
    ],
    [
      'a map',
      { type: 'object', additionalProperties: { type: 'integer' } },
      ['{}', '{"a": 1, "b": 2}'],
      ['{"a": "x"}'],
    ],
    ['a closed empty object', { type: 'object', additionalProperties: false }, ['{}'], ['{"a": 1}']],
    ['a tuple', { prefixItems: [{ type: 'integer' }, { type: 'string' }] }, ['[1, "a"]'], ['["a", 1]']],
    [
      'bounds of an array',
      { type: 'array', items: { const: 1 }, minItems: 1, maxItems: 2 },
      ['[1]', '[1, 1]'],
      ['[]', '[1, 1, 1]'],
    ],
    ['an array of at most one', { type: 'array', items: { const: 1 }, maxItems: 1 }, ['[]', '[1]'], ['[1, 1]']],
    ['lengths of a string', { type: 'string', minLength: 1, maxLength: 2 }, ['"a"', '"ab"'], ['""', '"abc"']],
    ['no schema at all', {}, ['1', '"a"', '{"a": [true, null]}'], ['x']],
  ])('understands %s', (_, schema, good, bad) => {
    const grammar = jsonSchemaGrammar(schema);
    for (const text of good) expect([text, accepts(grammar, text)]).toEqual([text, true]);
    for (const text of bad) expect([text, accepts(grammar, text)]).toEqual([text, false]);
  });

  test.each([
    ['pattern and format', { type: 'string', pattern: '^a+$', format: 'email' }, '"b"'],
    ['a very long bound', { type: 'string', minLength: 100_000 }, '"b"'],
    ['numeric bounds', { type: 'integer', minimum: 5, maximum: 6, multipleOf: 5 }, '7'],
    ['a default', { type: 'boolean', default: true }, 'false'],
    ['a reference to nowhere', { $ref: '#/$defs/missing' }, '"anything"'],
    ['a reference to another document', { $ref: 'https://example.com/schema.json' }, '{}'],
    ['a reference to itself', { $ref: '#' }, '"anything"'],
    ['an unknown type', { type: 'date' }, '"anything"'],
    ['extra properties beside named ones', { properties: { a: { const: 1 } }, additionalProperties: true }, '{"a": 1}'],
  ])('does without %s', (_, schema, text) => {
    expect(accepts(jsonSchemaGrammar(schema), text)).toBe(true);
  });

  test('accepts what zod describes, with its objects, lists, choices, tuples and references', () => {
    const step = z.object({
      to: z.string(),
      get next() {
        return z.array(step);
      },
    });
    const plan = z.object({
      kind: z.enum(['short', 'long']),
      by: z.discriminatedUnion('way', [
        z.object({ way: z.literal('train'), seat: z.string().nullable() }),
        z.object({ way: z.literal('plane'), gates: z.tuple([z.string(), z.number()]) }),
      ]),
      first: step,
      prices: z.record(z.string(), z.number()),
      note: z.string().optional(),
    });
    const schema = z.toJSONSchema(plan, { io: 'input' });
    const value = {
      kind: 'short',
      by: { way: 'plane', gates: ['A', 7] },
      first: { to: 'Oslo', next: [{ to: 'Bergen', next: [] }] },
      prices: { low: 1.5 },
    };
    for (const grammar of [jsonSchemaGrammar(schema), jsonSchemaGrammar(toServableSchema(schema))]) {
      expect(accepts(grammar, spacedJson(value))).toBe(true);
      expect(accepts(grammar, spacedJson({ ...value, note: 'x' }))).toBe(true);
      for (const wrong of [
        { kind: 'middle' },
        { by: { way: 'train', gates: ['A', 7] } },
        { by: { way: 'plane', gates: [7, 'A'] } },
        { first: { to: 'Oslo', next: [{ to: 1, next: [] }] } },
        { prices: { low: 'x' } },
      ]) {
        expect([wrong, accepts(grammar, spacedJson({ ...value, ...wrong }))]).toEqual([wrong, false]);
      }
    }
  });

  test('accepts a schema whose parts refer to its root', () => {
    const schema = { type: 'object', properties: { next: { $ref: '#' } }, required: [], additionalProperties: false };
    for (const grammar of [jsonSchemaGrammar(schema), jsonSchemaGrammar(toServableSchema(schema))]) {
      expect(accepts(grammar, '{"next": {"next": {}}}')).toBe(true);
      expect(accepts(grammar, '{"next": 1}')).toBe(false);
    }
  });

  test('never throws and always defines what it uses, whatever the schema', () => {
    const leaf = fc.oneof(
      fc.constantFrom('string', 'object', 'array', 'integer', '#', '#/$defs/a'),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const keywords = fc.constantFrom(
      'type',
      'properties',
      'items',
      'anyOf',
      'allOf',
      '$ref',
      'enum',
      'const',
      'required',
      '$defs',
      'minItems',
    );
    const schemas = fc.dictionary(
      keywords,
      fc.oneof(
        leaf,
        fc.array(fc.dictionary(keywords, leaf)),
        fc.dictionary(fc.string(), fc.dictionary(keywords, leaf)),
      ),
    );
    fc.assert(
      fc.property(schemas, (schema) => {
        expect(undefinedRules(jsonSchemaGrammar(schema))).toEqual([]);
      }),
    );
  });
});

describe('jsonObjectGrammar', () => {
  test('accepts what JSON has, spaced one way', () => {
    const grammar = jsonObjectGrammar();
    expect(accepts(grammar, String.raw`{"a": [1, -2.5e3, "x\n\u00e9", true, {}], "b": null}`)).toBe(true);
    expect(accepts(grammar, '[1]')).toBe(false);
  });
});

describe('argumentsGrammar', () => {
  test('accepts arguments of the schema between a blank and the brace that ends the call, and nothing else', () => {
    const grammar = argumentsGrammar({
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
    });
    expect(accepts(grammar, ' {"city": "Oslo"}}')).toBe(true);
    for (const text of ['{"city": "Oslo"}}', ' {"city": "Oslo"}', ' {}}', ' {"town": "Oslo"}}', 'Hello']) {
      expect(accepts(grammar, text)).toBe(false);
    }
    expect(accepts(argumentsGrammar(undefined), ' {}}')).toBe(true);
  });

  test('has words that do not begin like a call', () => {
    expect(accepts(WORDS_GRAMMAR, 'Hello, {"a": 1}\n```')).toBe(true);
    for (const text of ['{"name": 1}', '[1]', '<tool_call>', '```json', ' {'])
      expect(accepts(WORDS_GRAMMAR, text)).toBe(false);
  });

  test('takes an open object for parameters that are none', () => {
    expect(accepts(argumentsGrammar({ type: 'string' }), ' {"any": 1}}')).toBe(true);
  });
});

function undefinedRules(grammar: string): string[] {
  const defined = new Set(grammar.split('\n').map((line) => line.split(' ::= ')[0] ?? ''));
  const bare = grammar
    .replace(/^[a-z0-9-]+ ::= /gm, '')
    .replace(/"(?:[^"\\]|\\.)*"/g, ' ')
    .replace(/\[(?:[^\]\\]|\\.)*\]/g, ' ')
    .replace(/\{[0-9,]*\}/g, ' ');
  return [...new Set(bare.match(/[a-z][a-z0-9-]*/g) ?? [])].filter((name) => !defined.has(name));
}
