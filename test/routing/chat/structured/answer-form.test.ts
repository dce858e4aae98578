import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { asked, parts, said, VALUE, WRITTEN } from './asked-model.ts';

describe('the ways of asking', () => {
  test('hold to the schema, less strictly where that is said', async () => {
    const { model, output } = asked([said(WRITTEN)], { method: 'jsonSchema', strict: false });
    expect(await output.invoke('Where to?')).toEqual(VALUE);
    expect(model.options[0]).toMatchObject({ response_format: { json_schema: { name: 'answer', strict: false } } });
  });

  test('leave it to the prompt by jsonMode, and check and mend the answer', async () => {
    const { model, output } = asked([said({ city: 'Oslo' }), said(WRITTEN)], { method: 'jsonMode' });
    expect(await output.invoke('Where to?')).toEqual(VALUE);
    expect(model.options.map(({ response_format: format }) => format)).toEqual([
      { type: 'json_object' },
      { type: 'json_object' },
    ]);
  });

  test('refuse one that there is not', () => {
    expect(() => asked([], { method: 'guess' })).toThrow('use jsonSchema, functionCalling or jsonMode');
  });

  test('force the call of one tool by functionCalling, streamed by its arguments', async () => {
    const answer = { toolCalls: [{ name: 'trip', args: WRITTEN }] };
    const { model, output } = asked([answer, answer], { method: 'functionCalling', name: 'trip', strict: true });
    expect(await output.invoke('Where to?')).toEqual(VALUE);
    expect((await parts(await output.stream('Where to?'))).at(-1)).toEqual(VALUE);
    expect(model.options[0]).toMatchObject({
      tool_choice: 'trip',
      tools: [{ type: 'function', function: { name: 'trip', strict: true, parameters: { type: 'object' } } }],
    });
  });

  test('answer a wrong call by what is wrong with it', async () => {
    const wrong = { toolCalls: [{ name: 'trip', args: { city: 'Oslo' }, id: 'one' }] };
    const right = { toolCalls: [{ name: 'trip', args: WRITTEN }] };
    const { model, output } = asked([wrong, right], { method: 'functionCalling', name: 'trip' });
    expect(await output.invoke('Where to?')).toEqual(VALUE);
    expect(model.asked[1]?.at(-1)).toMatchObject({ tool_call_id: 'one', content: expect.stringContaining('- kind: ') });
  });

  test('take the words of a model that was to call and did not', async () => {
    const { output } = asked([said(`Calling it with ${JSON.stringify(WRITTEN)}`)], { method: 'functionCalling' });
    expect(await output.invoke('Where to?')).toEqual(VALUE);
  });

  test('wrap what is no object into a call, and move the references within', async () => {
    interface Node {
      readonly name: string;
      readonly next: Node[];
    }
    const node: z.ZodType<Node> = z.object({
      name: z.string(),
      get next() {
        return z.array(node);
      },
    }) as never;
    const list = z.array(node);
    const value = [{ name: 'a', next: [{ name: 'b', next: [] }] }];
    const { model, output } = asked(
      [{ toolCalls: [{ name: 'answer', args: { value } }] }],
      { method: 'functionCalling' },
      {},
      list,
    );
    expect(await output.invoke('Which?')).toEqual(value);
    const [tool] = model.options[0]!['tools'] as { function: { parameters: Record<string, unknown> } }[];
    expect(tool?.function.parameters).toMatchObject({ type: 'object', required: ['value'] });
    const references = JSON.stringify(tool).match(/#\/[^"]+/g) ?? [];
    expect(references.length).toBeGreaterThan(0);
    expect(references.every((reference) => reference.startsWith('#/properties/value/'))).toBe(true);
  });
});
