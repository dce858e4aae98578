import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { asked, lastOf, parts, said } from './asked-model.ts';

describe('schemas', () => {
  const PLACE = {
    type: 'object',
    properties: { city: { type: 'string' }, size: { enum: ['small', 'large'] } },
    required: ['city'],
  };

  test('of JSON are checked too', async () => {
    const { model, output } = asked([said({ size: 'huge' }), said({ city: 'Oslo', size: 'large' })], {}, {}, PLACE);
    expect(await output.invoke('Which?')).toEqual({ city: 'Oslo', size: 'large' });
    expect(lastOf(model)).toMatch(/- .*"city"/);
    expect(lastOf(model)).toMatch(/- size: /);
  });

  test('of JSON that cannot be used are told to whoever wrote them', async () => {
    const schema = { type: 'object', properties: { a: { $ref: '#/$defs/nowhere' } } };
    await expect(asked([said({ a: 1 })], {}, {}, schema).output.invoke('Which?')).rejects.toMatchObject({
      code: 'E_INPUT',
    });
  });

  test.each([
    ['a title', { title: 'place', ...PLACE }, 'place'],
    ['a title that servers refuse', { title: 'a place of mine', ...PLACE }, 'answer'],
    ['a function', { name: 'spot', parameters: PLACE }, 'spot'],
    ['a title of zod', z.object({ city: z.string() }).meta({ title: 'town' }), 'town'],
  ])('give the answer a name by %s', async (_, schema, name) => {
    const { model, output } = asked([said({ city: 'Oslo' })], {}, {}, schema);
    expect(await output.invoke('Which?')).toEqual({ city: 'Oslo' });
    expect(model.options[0]).toMatchObject({ response_format: { json_schema: { name, schema: { type: 'object' } } } });
  });

  test('of another library are asked for and checked by their own words', async () => {
    const standard = {
      '~standard': {
        version: 1,
        vendor: 'test',
        jsonSchema: { input: () => PLACE, output: () => PLACE },
        validate: (value: { city?: string }) =>
          value.city === 'Oslo'
            ? { value: { town: value.city } }
            : { issues: [{ message: 'is not Oslo', path: ['city'] }] },
      },
    };
    const { model, output } = asked([said({ city: 'Rome' }), said({ city: 'Oslo' })], {}, {}, standard);
    expect(await output.invoke('Which?')).toEqual({ town: 'Oslo' });
    expect(lastOf(model)).toContain('- city: is not Oslo');
  });

  test.each([
    [
      'tuples, dates and transforms',
      z.object({ at: z.coerce.date(), pair: z.tuple([z.string(), z.number()]), size: z.string().transform(Number) }),
      { at: '2026-01-02T00:00:00Z', pair: ['a', 1], size: '12' },
      { at: new Date('2026-01-02T00:00:00Z'), pair: ['a', 1], size: 12 },
    ],
    ['a list', z.array(z.object({ a: z.number() })), [{ a: 1 }, { a: 2 }], [{ a: 1 }, { a: 2 }]],
    ['a choice', z.union([z.object({ a: z.number() }), z.object({ b: z.string() })]), { b: 'x' }, { b: 'x' }],
    [
      'a choice with transforms',
      z.union([z.object({ a: z.string().transform(Number) }), z.null()]),
      { a: '1' },
      { a: 1 },
    ],
    ['one word', z.enum(['yes', 'no']), 'yes', 'yes'],
    [
      'forms of texts',
      z.object({ mail: z.email(), id: z.uuid(), link: z.url() }),
      { mail: 'a@b.org', id: '00000000-0000-4000-8000-000000000000', link: 'http://a.b' },
      expect.objectContaining({ mail: 'a@b.org' }),
    ],
  ])('of zod may be of %s', async (_, schema, written, value) => {
    const answer = typeof written === 'string' ? { tokens: [JSON.stringify(written)] } : said(written);
    expect(await asked([answer], {}, {}, schema).output.invoke('Which?')).toEqual(value);
  });

  test('that refer to themselves are asked for and streamed', async () => {
    const tree = z.object({
      name: z.string(),
      get children() {
        return z.array(tree);
      },
    });
    const value = { name: 'a', children: [{ name: 'b', children: [{ name: 'c', children: [] }] }] };
    const { model, output } = asked([said(value)], {}, {}, tree);
    expect((await parts(await output.stream('Which?'))).at(-1)).toEqual(value);
    expect(JSON.stringify(model.options[0])).toContain('"$ref"');
  });
});
