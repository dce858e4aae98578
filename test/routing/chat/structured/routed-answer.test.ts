import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { chatRequest, NEVER, rigOf, scripted } from '../../doubles/rig.ts';

const PLACE = z.object({ city: z.string() });

/** Two equal models, of which the second answers first: the first of the chain fails once. */
function houses(answers: readonly string[]) {
  const first = scripted('first', [{ id: 'm' }], { priority: 1 });
  const second = scripted('second', [{ id: 'm' }], { priority: 2 });
  first.provider.script = () => [{ error: new Error('gone') }];
  second.provider.script = (_, call) => [answers[call - 1] ?? ''];
  return { first, second, rig: rigOf({ providers: [first, second] }) };
}

describe('a routed answer of a schema', () => {
  test('that does not fit is asked for again by a call of its own, of the model that gave it', async () => {
    const { first, second, rig } = houses(['{"town":"Rome"}', '{"city":"Rome"}']);
    const model = await rig.router.model({ conversationId: 'talk' });
    expect(await model.withStructuredOutput(PLACE, { name: 'place' }).invoke('where?')).toEqual({ city: 'Rome' });
    const [again, asked] = rig.state.decisions.list();
    expect(rig.state.decisions.list()).toHaveLength(2);
    expect(asked?.decision.chain[0]).toMatchObject({ ref: 'first:m' });
    expect(again?.decision.chain[0]).toMatchObject({ ref: 'second:m' });
    expect(again?.decision.request).toMatchObject({ conversationId: 'talk', needs: { json: true } });
    expect([first.provider.calls, second.provider.calls]).toEqual([1, 2]);
    expect(second.provider.seenMessages[1]?.at(-1)?.text).toContain('- city: ');
  });

  test('that never fits names the model and the decision it was asked by', async () => {
    const { rig } = houses(['no', 'no']);
    const model = await rig.router.model();
    const asked = model.withStructuredOutput(PLACE).invoke('where?');
    const error = (await asked.catch((caught: unknown) => caught)) as Error;
    expect(error.message).toMatch(/^second:m: the answer does not fit/);
    const { decision } = rig.state.decisions.list()[0]!;
    expect(error).toMatchObject({ code: 'E_MALFORMED', details: { provider: 'second', decisionId: decision.id } });
  });

  test('keeps the calls of each answer together, and no others', async () => {
    const { rig } = houses(['{"city":"Rome"}', '{"city":"Oslo"}']);
    const output = (await rig.router.model()).withStructuredOutput(PLACE);
    await output.invoke('where?');
    await output.invoke('where now?');
    const keys = rig.state.decisions.list().map(({ decision }) => decision.request.loopKey);
    expect(new Set(keys).size).toBe(2);
  });

  test('opened on a decision executes that decision for both', async () => {
    const { second, rig } = houses(['no', '{"city":"Rome"}']);
    const decision = await rig.router.decide(chatRequest({ pinned: 'second:m' }), NEVER);
    const model = await rig.router.open(decision);
    expect(await model.withStructuredOutput(PLACE).invoke('where?')).toEqual({ city: 'Rome' });
    expect(second.provider.calls).toBe(2);
    expect(rig.state.decisions.list()).toHaveLength(1);
  });

  test('is streamed in parts and needs tools where a call is to be forced', async () => {
    const { rig } = houses(['{"city":"Rome"}']);
    const model = await rig.router.model();
    const parts: unknown[] = [];
    for await (const part of await model.withStructuredOutput(PLACE, { method: 'functionCalling' }).stream('where?')) {
      parts.push(part);
    }
    expect(parts.at(-1)).toEqual({ city: 'Rome' });
    expect(rig.state.decisions.list()[0]?.decision.request.needs).toMatchObject({ tools: true, json: false });
  });
});
