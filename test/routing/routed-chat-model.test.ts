import { describe, expect, test } from '@jest/globals';
import { HumanMessage } from '@langchain/core/messages';
import { z } from 'zod';
import { ask, chatRequest, NEVER, pair, rigOf, scripted } from './doubles/rig.ts';

const weather = {
  type: 'function',
  function: { name: 'weather', description: 'tells it', parameters: { type: 'object', properties: {} } },
};

describe('the routed chat model', () => {
  test('a reply tells model, provider, target, decision, attempts, times and tokens', async () => {
    const only = scripted('only', [{ id: 'm:7b' }]);
    only.provider.script = () => ['hel', { role: true }, 'lo', { usage: [5, 2] }];
    const rig = rigOf({ providers: [only] });
    const reply = await ask(rig);
    expect(reply.text).toBe('hello');
    expect(reply.usage_metadata).toMatchObject({ input_tokens: 5, output_tokens: 2 });
    expect(reply.response_metadata).toMatchObject({
      model: 'm:7b',
      provider: 'only',
      ref: 'only:m:7b',
      targetId: expect.stringMatching(/^only@127\.0\.0\.1:\d+\/m:7b$/),
      attempts: 1,
      milliseconds: expect.any(Number),
      firstTokenMs: expect.any(Number),
      usage: { inputTokens: 5, outputTokens: 2, isEstimated: false },
    });
    const trace = rig.state.decisions.get(reply.response_metadata.decisionId as string);
    expect(trace?.attempts[0]).toMatchObject({ repliedModel: 'from the provider', usage: { inputTokens: 5 } });
  });

  test('tokens that the server did not count are estimated and marked', async () => {
    const { first } = pair();
    const reply = await ask(rigOf({ providers: [first] }));
    expect(reply.response_metadata.usage).toEqual({
      inputTokens: expect.any(Number),
      outputTokens: 2,
      isEstimated: true,
    });
  });

  test('a stream has the same metadata, in its last chunk', async () => {
    const { first } = pair();
    const model = await rigOf({ providers: [first] }).router.model();
    let joined;
    for await (const chunk of await model.stream('hi')) joined = joined === undefined ? chunk : joined.concat(chunk);
    expect(joined?.text).toBe('hello');
    expect(joined?.response_metadata).toMatchObject({ provider: 'first', model: 'm', attempts: 1 });
  });

  test('a token is told to callbacks once', async () => {
    const { first } = pair();
    first.provider.script = () => ['a', 'b'];
    const model = await rigOf({ providers: [first] }).router.model();
    const tokens: string[] = [];
    await model.invoke('hi', { callbacks: [{ handleLLMNewToken: (token) => void tokens.push(token) }] });
    for await (const event of model.streamEvents('hi', { version: 'v2' })) {
      if (event.event === 'on_chat_model_stream') tokens.push(event.data.chunk.text);
    }
    expect(tokens.filter((token) => token !== '')).toEqual(['a', 'b']);
  });

  test('what the call needs is read from its messages, tools and schema, and no text is kept', async () => {
    const able = scripted('able', [{ id: 'm', can: { chat: true, vision: true, tools: true, json: true } }]);
    const rig = rigOf({ providers: [able] });
    const model = await rig.router.model({ parameters: { maxTokens: 100 }, conversationId: 'talk' });
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
    const message = new HumanMessage({ content: [{ type: 'text', text: 'secret words' }, image] });
    await model.bindTools?.([weather]).invoke([message]);
    const [trace] = rig.state.decisions.list();
    expect(trace?.decision.request).toMatchObject({
      needs: { tools: true, vision: true, json: false },
      conversationId: 'talk',
    });
    expect(trace?.decision.request.needs.contextTokens).toBeGreaterThan(1_300);
    expect(JSON.stringify(trace)).not.toContain('secret words');
  });

  test('bound tools and the choice reach the provider in its own form', async () => {
    const { first } = pair();
    const model = await rigOf({ providers: [first] }).router.model();
    await model.bindTools?.([weather], { tool_choice: 'any' }).invoke('hi', { stop: ['END'] });
    expect(first.provider.seenOptions[0]).toMatchObject({ bound_tools: [weather], tool_choice: 'any', stop: ['END'] });
  });

  test('structured output is asked for by schema, from a model not known to lack it, and parsed', async () => {
    const lacking = scripted('lacking', [{ id: 'm', can: { chat: true, json: false } }], { priority: 1 });
    const able = scripted('able', [{ id: 'm' }], { priority: 2 });
    able.provider.script = () => ['{"city": ', '"Rome"}'];
    const model = await rigOf({ providers: [lacking, able] }).router.model();
    const answer = await model.withStructuredOutput(z.object({ city: z.string() }), { name: 'place' }).invoke('where?');
    expect(answer).toEqual({ city: 'Rome' });
    expect(able.provider.seenOptions[0]).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { name: 'place', schema: { type: 'object' } } },
    });
  });

  test('opened on a decision, it executes that decision and makes no other', async () => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [first, second] });
    const decision = await rig.router.decide(chatRequest({ pinned: 'second:m' }), NEVER);
    const model = await rig.router.open(decision);
    const reply = await model.invoke('hi');
    expect(reply.response_metadata).toMatchObject({ decisionId: decision.id, provider: 'second' });
    expect(rig.state.decisions.list()).toHaveLength(1);
  });

  test('each call of one model is decided anew and told before its first attempt', async () => {
    const { first } = pair();
    const rig = rigOf({ providers: [first] });
    const told: [string, number][] = [];
    const model = await rig.router.model({ onDecision: ({ id }) => told.push([id, first.provider.calls]) });
    await model.invoke('one');
    await model.invoke('two');
    expect(told.map(([, calls]) => calls)).toEqual([0, 1]);
    expect(new Set(told.map(([id]) => id)).size).toBe(2);
  });
});
