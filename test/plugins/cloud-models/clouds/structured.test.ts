import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { pipeToSchema } from '../../../../src/routing/chat/structured-output.ts';
import { CLOUDS } from './clouds.ts';
import { readStream, ServedCloud, within } from './served-cloud.ts';

const place = z.object({
  name: z.string(),
  kind: z.enum(['city', 'village']),
  area: z.object({ squareKm: z.number(), borders: z.array(z.object({ country: z.string() })) }),
  mayor: z.string().nullable(),
  answer: z.union([z.object({ population: z.number() }), z.object({ reason: z.string() })]),
  tags: z.array(z.string()),
});

const VALUE: z.infer<typeof place> = {
  name: 'Oslo',
  kind: 'city',
  area: { squareKm: 454, borders: [{ country: 'Norway' }] },
  mayor: null,
  answer: { reason: 'nobody counted' },
  tags: [],
};

/** Where each wire carries the schema of an answer. */
const SENT: Readonly<Record<string, readonly string[]>> = {
  openai: ['response_format', 'json_schema', 'schema'],
  openrouter: ['response_format', 'json_schema', 'schema'],
  anthropic: ['output_config', 'format', 'schema'],
  gemini: ['generationConfig', 'responseJsonSchema'],
};

for (const { descriptor } of CLOUDS) {
  describe(`an answer in a form, by ${descriptor.id}`, () => {
    const served = new ServedCloud(descriptor.id).during(['m']);

    test('with parts, choices, lists and nothing in it is asked for and read, streamed and whole', async () => {
      const reply = { tokens: JSON.stringify(VALUE).match(/.{1,7}/g)! };
      await served.server.script([{ reply }]);
      const asked = pipeToSchema(await served.model(), place);
      expect(await asked.invoke('Tell me of Oslo')).toEqual(VALUE);
      const pieces: unknown[] = [];
      for await (const piece of await asked.stream('Tell me of Oslo')) pieces.push(piece);
      expect(pieces.at(-1)).toEqual(VALUE);
      const schema = within((await served.chats()).at(-1)!.body, SENT[descriptor.id]!);
      expect(Object.keys(within(schema, ['properties']) as object)).toEqual(Object.keys(VALUE));
      expect(schema).toMatchObject({
        type: 'object',
        properties: {
          kind: { type: 'string', enum: ['city', 'village'] },
          area: { properties: { borders: { type: 'array', items: { properties: { country: { type: 'string' } } } } } },
          mayor: { type: ['string', 'null'] },
          answer: { anyOf: [{ type: 'object' }, { type: 'object' }] },
        },
        required: Object.keys(VALUE),
      });
    });

    test('is the same by the own method of its package', async () => {
      await served.server.script([{ reply: { text: JSON.stringify(VALUE) } }]);
      const model = await served.model();
      expect(await model.withStructuredOutput(place).invoke('Tell me of Oslo')).toEqual(VALUE);
    });

    test('may leave out what may be absent, and have names that nobody told before', async () => {
      const open = z.object({ title: z.string().optional(), marks: z.record(z.string(), z.number()) });
      const model = await served.model();
      const value = { marks: { Ada: 1, Bob: 2 } };
      const isByTool = descriptor.id === 'anthropic';
      const reply = isByTool
        ? { toolCalls: [{ name: 'answer_in_this_form', arguments: value }] }
        : { text: JSON.stringify(value) };
      await served.server.script([{ reply }]);
      expect(await pipeToSchema(model, open).invoke('Marks?')).toEqual(value);
      const { response_format } = (await served.chats()).at(-1)!.body as { response_format?: object };
      // Strict output would refuse both.
      if (response_format !== undefined) expect(response_format).toMatchObject({ json_schema: { strict: false } });
    });
  });
}

describe('a schema of OpenAI', () => {
  const served = new ServedCloud('openai').during(['m']);
  const ask = async (schema: object): Promise<unknown> => {
    const response_format = { type: 'json_schema', json_schema: { name: 'n', schema, strict: true } };
    await readStream(await served.model(), undefined, { response_format });
    return ((await served.chats()).at(-1)!.body.response_format as { json_schema: unknown }).json_schema;
  };

  test('is strict once its objects are closed, and where every name is required', async () => {
    const inner = { type: 'object', properties: { b: { type: 'string' } }, required: ['b'] };
    const properties = { a: inner, c: { oneOf: [{ type: 'string' }, { type: 'null' }] } };
    expect(await ask({ type: 'object', properties, required: ['a', 'c'] })).toEqual({
      name: 'n',
      strict: true,
      schema: {
        type: 'object',
        properties: {
          a: { ...inner, additionalProperties: false },
          c: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        },
        required: ['a', 'c'],
        additionalProperties: false,
      },
    });
  });

  test.each([
    ['a name that may be absent', { type: 'object', properties: { a: { type: 'string' } } }],
    ['free names', { type: 'object', properties: { a: { type: 'object' } }, required: ['a'] }],
    ['a choice at its top', { anyOf: [{ type: 'object', properties: {}, required: [] }] }],
    ['a word that strict output refuses', { type: 'object', properties: { a: { not: {} } }, required: ['a'] }],
  ])('with %s is not strict, and goes as it is', async (_, schema) => {
    expect(await ask(schema)).toEqual({ name: 'n', strict: false, schema });
  });
});

describe('a schema that Anthropic cannot hold an answer to', () => {
  const served = new ServedCloud('anthropic').during(['m']);
  const schema = { type: 'object', additionalProperties: { type: 'number' } };
  const response_format = { type: 'json_schema', json_schema: { name: 'n', schema, strict: true } };
  const value = { Ada: 1, Bob: 2 };
  const answer = { name: 'answer_in_this_form', arguments: value };

  test('is asked for by a tool that must be called, without reasoning, and its input is the answer', async () => {
    await served.server.script([{ reply: { toolCalls: [answer] } }]);
    const model = await served.model({ thinking: 1024 });
    const { answer: streamed } = await readStream(model, undefined, { response_format });
    const whole = await model.invoke('q', { response_format } as object);
    for (const said of [streamed, whole]) {
      expect(JSON.parse(said.text)).toEqual(value);
      expect(said.tool_calls).toEqual([]);
      expect(said.response_metadata).toMatchObject({ finish_reason: 'stop' });
    }
    const { body } = (await served.chats()).at(-1)!;
    expect(body).toMatchObject({
      tools: [{ name: 'answer_in_this_form', input_schema: schema }],
      tool_choice: { type: 'tool', name: 'answer_in_this_form' },
    });
    expect(body).not.toHaveProperty('thinking');
    expect(body).not.toHaveProperty('output_config');
  });

  test('leaves the tools of the call to be called first', async () => {
    const call = { name: 'weather', arguments: { city: 'Oslo' } };
    await served.server.script([{ reply: { toolCalls: [call] } }]);
    const tools = [{ name: 'weather', description: 'd', input_schema: { type: 'object', properties: {} } }];
    const { answer: said } = await readStream(await served.model(), undefined, { response_format, tools });
    expect(said.tool_calls).toMatchObject([{ name: 'weather', args: { city: 'Oslo' } }]);
    expect(said.response_metadata).toMatchObject({ finish_reason: 'tool_calls' });
    expect((await served.chats()).at(-1)!.body).toMatchObject({ tool_choice: { type: 'any' } });
  });
});
