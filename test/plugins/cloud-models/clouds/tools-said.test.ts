import { describe, expect, test } from '@jest/globals';
import { tool } from '@langchain/core/tools';
import { z } from 'zod';
import { CLOUDS } from './clouds.ts';
import { readStream, ServedCloud, within } from './served-cloud.ts';

const node = { type: 'object', properties: { name: { type: 'string' }, next: { $ref: '#/$defs/node' } } };
const SCHEMAS: Readonly<Record<string, object>> = {
  'a reference': { type: 'object', properties: { first: { $ref: '#/$defs/node' } }, $defs: { node } },
  'a choice of types': { type: 'object', properties: { value: { type: ['string', 'number', 'null'] } } },
  'a choice of forms': {
    type: 'object',
    properties: { value: { oneOf: [{ type: 'string' }, { type: 'object', properties: { id: { type: 'string' } } }] } },
  },
  'one value alone': { type: 'object', properties: { kind: { const: 'city' } }, required: ['kind'] },
  'free names': { type: 'object', properties: { marks: { type: 'object', additionalProperties: { type: 'number' } } } },
};

/** Where each wire carries the schema of its first tool. */
const SENT: Readonly<Record<string, readonly (string | number)[]>> = {
  openai: ['tools', 0, 'function', 'parameters'],
  openrouter: ['tools', 0, 'function', 'parameters'],
  anthropic: ['tools', 0, 'input_schema'],
  gemini: ['tools', 0, 'functionDeclarations', 0, 'parametersJsonSchema'],
};

const declare = (parameters: object, name = 'find') => ({
  type: 'function',
  function: { name, description: 'Finds', parameters },
});

for (const { descriptor } of CLOUDS) {
  describe(`a tool for ${descriptor.id}`, () => {
    const served = new ServedCloud(descriptor.id).during(['m']);
    const send = async (tools: readonly unknown[], choice?: unknown): Promise<Record<string, unknown>> => {
      const model = await served.model();
      const bound = model.bindTools!(tools as never, choice === undefined ? {} : { tool_choice: choice as never });
      const { kwargs, config } = bound as unknown as { kwargs?: object; config?: object };
      expect((await readStream(model, undefined, { ...kwargs, ...config })).error).toBeUndefined();
      return (await served.chats()).at(-1)!.body;
    };
    const sentSchema = (body: unknown): unknown => within(body, SENT[descriptor.id]!);

    test.each(Object.entries(SCHEMAS))('with %s keeps it', async (what, schema) => {
      const isOnly = what === 'one value alone' && descriptor.id === 'gemini';
      const expected = isOnly ? { ...schema, properties: { kind: { enum: ['city'] } } } : schema;
      expect(sentSchema(await send([declare(schema)]))).toEqual(expected);
    });

    test('may be one of LangChain, and several stand in one list', async () => {
      const schema = z.object({ city: z.string() });
      const own = tool(async () => '', { name: 'weather', description: 'Weather', schema });
      const body = await send([own, declare({ type: 'object', properties: {} })], 'required');
      expect(sentSchema(body)).toMatchObject({ type: 'object', properties: { city: { type: 'string' } } });
      const names = JSON.stringify(body.tools).match(/"name":"(weather|find)"/g);
      expect(names).toEqual(['"name":"weather"', '"name":"find"']);
      if (descriptor.id === 'gemini') expect(body.tools).toHaveLength(1);
    });

    test('must be called, may be or must not be, each in its own words', async () => {
      const words: Readonly<Record<string, readonly unknown[]>> = {
        openai: ['required', 'auto', 'none', { type: 'function', function: { name: 'find' } }],
        anthropic: [{ type: 'any' }, { type: 'auto' }, { type: 'none' }, { type: 'tool', name: 'find' }],
        gemini: [{ mode: 'ANY' }, { mode: 'AUTO' }, { mode: 'NONE' }, { mode: 'ANY', allowedFunctionNames: ['find'] }],
      };
      const tools = [declare({ type: 'object', properties: {} })];
      const said: unknown[] = [];
      for (const choice of ['required', 'auto', 'none', 'find']) {
        const { tool_choice, toolConfig } = await send(tools, choice);
        said.push(tool_choice ?? (toolConfig as { functionCallingConfig: unknown }).functionCallingConfig);
      }
      expect(said).toEqual(words[descriptor.id] ?? words.openai);
    });
  });
}

const of = (kind: string, more: object) => ({
  type: 'object',
  properties: { kind: { const: kind }, ...more },
  required: ['kind', ...Object.keys(more)],
});

describe('a tool whose schema is a choice at its top', () => {
  const served = new ServedCloud('anthropic').during(['m']);

  test('is told to Anthropic as one object, since it would be left out otherwise', async () => {
    const schema = { anyOf: [of('city', { name: { type: 'string' } }), of('sea', { depth: { type: 'number' } })] };
    const model = await served.model();
    const { kwargs, config } = model.bindTools!([declare(schema)] as never) as never as Record<string, object>;
    await readStream(model, undefined, { ...kwargs, ...config });
    expect((await served.chats()).at(-1)!.body.tools).toEqual([
      {
        name: 'find',
        description: 'Finds',
        input_schema: {
          type: 'object',
          properties: {
            kind: { anyOf: [{ const: 'city' }, { const: 'sea' }] },
            name: { type: 'string' },
            depth: { type: 'number' },
          },
          required: ['kind'],
        },
      },
    ]);
  });

  test.each(['required', 'find'])('is called without reasoning where it must be (%s)', async (tool_choice) => {
    const model = await served.model({ thinking: 1024 });
    const bound = model.bindTools!([declare({ type: 'object', properties: {} })] as never, { tool_choice });
    const { kwargs, config } = bound as never as Record<string, object>;
    await readStream(model, undefined, { ...kwargs, ...config });
    expect((await served.chats()).at(-1)!.body).not.toHaveProperty('thinking');
  });

  test('that cannot be put into the words of a wire is a wrong question, and not a wrong answer', async () => {
    const { error } = await readStream(await served.model(), undefined, { tool_choice: 'nobody' });
    expect(error).toMatchObject({ code: 'E_REJECTED', message: expect.stringMatching(/cannot be asked.*nobody/) });
    expect(await served.chats()).toEqual([]);
  });
});
