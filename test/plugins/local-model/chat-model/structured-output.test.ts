import { describe, expect, test } from '@jest/globals';
import type { BaseChatModelCallOptions, BindToolsInput } from '@langchain/core/language_models/chat_models';
import { z } from 'zod';
import { withSchema, type OutputSchema } from '../../../../plugins/local-model/chat-model/structured-output.ts';
import { ScriptedChatModel, type ScriptedAnswer } from '../../../doubles/scripted-chat-model.ts';

const PLACE = z.object({ city: z.string() });
const PLACE_FORM = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };

/** A scripted model that keeps how it was bound. */
class BoundModel extends ScriptedChatModel {
  readonly bound: unknown[] = [];

  override bindTools(tools: BindToolsInput[], options?: object): ReturnType<ScriptedChatModel['bindTools']> {
    this.bound.push({ tools, ...options });
    return super.bindTools(tools);
  }

  override withConfig(config: BaseChatModelCallOptions): ReturnType<ScriptedChatModel['withConfig']> {
    this.bound.push(config);
    return super.withConfig(config);
  }
}

async function answerOf(answer: ScriptedAnswer, schema: OutputSchema, config?: Parameters<typeof withSchema>[2]) {
  const model = new BoundModel([answer]);
  const result: unknown = await withSchema(model, schema, config).invoke('where?');
  return { result, bound: model.bound };
}

describe('structured output', () => {
  test('holds the server to the schema unless another way is asked for', async () => {
    const { result, bound } = await answerOf({ tokens: ['{"city":', '"Paris"}'] }, PLACE, { name: 'place' });
    expect(result).toEqual({ city: 'Paris' });
    expect(bound).toMatchObject([
      { response_format: { type: 'json_schema', json_schema: { name: 'place', schema: PLACE_FORM } } },
    ]);
  });

  test('asks for any JSON and checks it where the prompt is trusted', async () => {
    const { result, bound } = await answerOf({ tokens: ['{"city":"Rome"}'] }, PLACE, { method: 'jsonMode' });
    expect(result).toEqual({ city: 'Rome' });
    expect(bound).toEqual([{ response_format: { type: 'json_object' } }]);
    await expect(answerOf({ tokens: ['{"town":"Rome"}'] }, PLACE, { method: 'jsonMode' })).rejects.toThrow();
  });

  test('asks for the call of one tool and gives its arguments', async () => {
    const answer = { toolCalls: [{ name: 'place', args: { city: 'Oslo' } }] };
    const { result, bound } = await answerOf(answer, PLACE, { method: 'functionCalling', name: 'place' });
    expect(result).toEqual({ city: 'Oslo' });
    expect(bound).toMatchObject([
      { tool_choice: 'place', tools: [{ type: 'function', function: { name: 'place', parameters: PLACE_FORM } }] },
    ]);
  });

  test('gives the raw answer beside null where it does not fit', async () => {
    const { result } = await answerOf({ tokens: ['no JSON'] }, PLACE, { includeRaw: true });
    expect(result).toMatchObject({ raw: { content: 'no JSON' }, parsed: null });
  });

  test.each([
    [{ title: 'place', ...PLACE_FORM }, 'place'],
    [{ name: 'spot', ...PLACE_FORM }, 'spot'],
    [{ title: 'a place of mine', ...PLACE_FORM }, 'answer'],
    [PLACE_FORM, 'answer'],
  ])('takes a name from the schema where servers would accept it: %j', async (schema, name) => {
    const { bound } = await answerOf({ tokens: ['{"city":"Paris"}'] }, schema);
    expect(bound).toMatchObject([{ response_format: { json_schema: { name } } }]);
  });

  test.each(['jsonSchema', 'functionCalling'])('says by %s how strictly it is meant', async (method) => {
    const answer = { tokens: ['{"city":"Oslo"}'], toolCalls: [{ name: 'answer', args: { city: 'Oslo' } }] };
    const { bound } = await answerOf(answer, PLACE, { method, strict: false });
    expect(JSON.stringify(bound)).toContain('"strict":false');
    expect(JSON.stringify((await answerOf(answer, PLACE, { method })).bound)).not.toContain('strict');
  });

  test('refuses a way it does not know', async () => {
    await expect(answerOf({}, PLACE, { method: 'guess' })).rejects.toMatchObject({ code: 'E_INPUT' });
  });
});
