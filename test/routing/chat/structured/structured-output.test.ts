import { describe, expect, test } from '@jest/globals';
import { AIMessage } from '@langchain/core/messages';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import * as fc from 'fast-check';
import { z } from 'zod';
import { pipeToSchema } from '../../../../src/routing/chat/structured-output.ts';
import { asked, AskedModel, lastOf, parts, said, TRIP, VALUE, WRITTEN } from './asked-model.ts';
import { isPrefix } from './is-prefix.ts';

describe('answers of a schema', () => {
  test('come whole and checked, with what the schema adds', async () => {
    const { output, model } = asked([said(WRITTEN)], { name: 'trip' });
    expect(await output.invoke('Where to?')).toEqual(VALUE);
    expect(model.options[0]).toMatchObject({
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'trip', strict: true, schema: { type: 'object', properties: { by: {}, kind: {} } } },
      },
    });
  });

  test('are streamed in parts that only grow, and end with the whole', async () => {
    const { output } = asked([said(WRITTEN, 3)]);
    const read = await parts(await output.stream('Where to?'));
    expect(read.length).toBeGreaterThan(20);
    expect(read.at(-1)).toEqual(VALUE);
    expect(read.filter((part, index) => !isPrefix(read[index - 1] ?? {}, part))).toEqual([]);
    expect(read).toContainEqual({ city: 'Osl' });
    expect(read).toContainEqual({ city: 'Oslo', kind: 'work', stops: [{ name: 'Bergen "north"', nights: 12 }] });
  });

  test('are streamed the same wherever the server cuts its pieces, in fences and words too', async () => {
    const around = fc.constantFrom(['', ''], ['Sure, {name}! Here:\n```json\n', '\n```\nEnjoy {it}.']);
    await fc.assert(
      fc.asyncProperty(
        around,
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        async ([before, after], size, isSpaced) => {
          const text = `${before}${JSON.stringify(WRITTEN, null, isSpaced ? 2 : 0)}${after}`;
          const read = await parts(await asked([said(text, size)]).output.stream('Where to?'));
          expect(read.at(-1)).toEqual(VALUE);
          expect(read.filter((part) => !isPrefix(part, VALUE))).toEqual([]);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('come with the message, streamed with what was said so far', async () => {
    const whole = await asked([said(WRITTEN)], { includeRaw: true }).output.invoke('Where to?');
    expect(whole).toMatchObject({ raw: { content: JSON.stringify(WRITTEN) }, parsed: VALUE });
    const { output } = asked([said(WRITTEN)], { includeRaw: true });
    const read: { raw: AIMessage; parsed: unknown }[] = [];
    for await (const part of await output.stream('Where to?')) read.push(part as { raw: AIMessage; parsed: unknown });
    expect(read[0]).toMatchObject({ raw: { content: expect.stringMatching(/^\{/) }, parsed: {} });
    expect(read.at(-1)).toMatchObject({
      raw: { content: JSON.stringify(WRITTEN), response_metadata: { finish_reason: 'stop' } },
      parsed: VALUE,
    });
  });

  test('take prompts, and can stand within a chain that is streamed', async () => {
    const prompt = ChatPromptTemplate.fromMessages([['human', 'Where to in {month}?']]);
    const { model, output } = asked([said(WRITTEN)]);
    const read = await parts(await prompt.pipe(output).stream({ month: 'May' }));
    expect(lastOf(model)).toBe('Where to in May?');
    expect(read.length).toBeGreaterThan(5);
    expect(read.at(-1)).toEqual(VALUE);
  });

  test('are told to callbacks by one run with one of the model below it', async () => {
    const runs: string[] = [];
    const callbacks = [
      { handleChainStart: (...all: unknown[]) => void runs.push(`chain ${String(all[7])}`) },
      {
        handleChatModelStart: (...all: unknown[]) =>
          void runs.push(`model below ${all[3] === undefined ? 'none' : 'one'}`),
      },
    ];
    await asked([said(WRITTEN)]).output.invoke('Where to?', { callbacks });
    expect(runs).toEqual(['chain StructuredOutput', 'model below one']);
  });
});

describe('an answer that does not fit', () => {
  const WRONG = { ...WRITTEN, kind: 'fun', by: { way: 'train' }, stops: [{ name: 'Bergen', nights: -1 }] };

  test('is asked for once more, with the answer and one line for each thing that is wrong', async () => {
    const { model, output } = asked([said(WRONG), said(WRITTEN)]);
    expect(await output.invoke('Where to?')).toEqual(VALUE);
    expect(model.asked).toHaveLength(2);
    const [question, answer, objection] = model.asked[1]!;
    expect([question!.text, answer!.text]).toEqual(['Where to?', JSON.stringify(WRONG)]);
    const lines = objection!.text.split('\n').filter((line) => line.startsWith('- '));
    expect(lines.map((line) => line.split(':')[0])).toEqual(['- kind', '- stops.0.nights', '- by.seat']);
    expect(model.options[1]).toMatchObject({ response_format: { type: 'json_schema' } });
  });

  test('is asked for once more where it is no JSON', async () => {
    const { model, output } = asked([said('I would go to Oslo.'), said(WRITTEN)]);
    expect(await output.invoke('Where to?')).toEqual(VALUE);
    expect(lastOf(model)).toContain('- there is no JSON in it');
  });

  test('is asked for once more for what no JSON schema says', async () => {
    const even = z.object({ count: z.number().refine((count) => count % 2 === 0, 'has to be even') });
    const { model, output } = asked([said({ count: 1 }), said({ count: 2 })], {}, {}, even);
    expect(await output.invoke('How many?')).toEqual({ count: 2 });
    expect(lastOf(model)).toContain('- count: has to be even');
  });

  test('twice throws one line that says what, where and what to do', async () => {
    const { model, output } = asked([said(WRONG), said('No.')], { name: 'trip' }, { ref: 'house:m' });
    const error: unknown = await output.invoke('Where to?').catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'E_MALFORMED',
      details: { schema: 'trip', issues: ['there is no JSON in it'] },
    });
    expect((error as Error).message).toBe(
      'house:m: the answer does not fit the schema trip (there is no JSON in it), asked twice; use a larger model or a simpler schema',
    );
    expect(model.asked).toHaveLength(2);
  });

  test('twice is null beside the last message where that is asked for', async () => {
    const { output } = asked([said(WRONG), said('No.')], { includeRaw: true });
    expect(await output.invoke('Where to?')).toMatchObject({ raw: { content: 'No.' }, parsed: null });
  });

  test('is mended in a stream too, whose last part is the mended whole', async () => {
    const { output } = asked([said(WRONG), said(WRITTEN)]);
    const read = await parts(await output.stream('Where to?'));
    expect(read.at(-1)).toEqual(VALUE);
    expect(read.at(-2)).toEqual(WRONG);
  });

  test('says so when the token limit cut it, and is not asked for again', async () => {
    const metadata = { finish_reason: 'length', ref: 'house:m' };
    const cut = said(JSON.stringify(WRITTEN).slice(0, 40));
    const { model, output } = asked([cut, said(WRITTEN)], { name: 'trip' }, metadata);
    await expect(output.invoke('Where to?')).rejects.toMatchObject({
      code: 'E_MALFORMED',
      message: 'house:m: the answer for the schema trip was cut at its token limit; raise maxTokens or ask for less',
    });
    expect(model.asked).toHaveLength(1);
    expect(await asked([cut], { includeRaw: true }, metadata).output.invoke('Where to?')).toMatchObject({
      parsed: null,
    });
  });

  test('is taken where it was whole before the limit cut the words after it', async () => {
    const { output } = asked([said(`${JSON.stringify(WRITTEN)}\nI chose Os`)], {}, { finish_reason: 'length' });
    expect(await output.invoke('Where to?')).toEqual(VALUE);
  });

  test('is not asked for again where the model refuses', async () => {
    const refusal = new AIMessage({ content: [{ type: 'refusal', refusal: 'I will not plan that.' }] as never });
    const model = new AskedModel([]);
    model._generate = () => Promise.resolve({ generations: [{ text: '', message: refusal }] });
    await expect(pipeToSchema(model, TRIP).invoke('Where to?')).rejects.toMatchObject({
      code: 'E_FILTERED',
      message: 'the model refused: I will not plan that.',
    });
  });

  test('passes on what fails in asking', async () => {
    const failure = new Error('gone');
    await expect(asked([{ failure }]).output.invoke('Where to?')).rejects.toBe(failure);
    await expect(asked([said(WRONG), { failure }]).output.invoke('Where to?')).rejects.toBe(failure);
  });
});
