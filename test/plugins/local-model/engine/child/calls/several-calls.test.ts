import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createChatEngine } from '../../../../../../plugins/local-model/engine/create-engine.ts';
import type { EmbeddedEngine } from '../../../../../../plugins/local-model/engine/embedded-engine.ts';

const FAKE_PACKAGE = fileURLToPath(new URL('../../fake-engine-package.ts', import.meta.url));
const toolOf = (name: string, properties: object) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties, required: Object.keys(properties) } },
});
const CALL = '{"name": "get_weather", "arguments": {"city": "Paris"}}';

let engine: EmbeddedEngine;

beforeAll(() => {
  engine = createChatEngine({
    modelPath: FAKE_PACKAGE,
    modelId: 'played',
    contextTokens: 2_000,
    threads: 1,
    slots: 1,
    gpu: false,
    enginePackage: FAKE_PACKAGE,
    loadTimeoutMs: 20_000,
  });
});
afterAll(() => engine.dispose());

interface Answer {
  readonly choices: readonly [
    {
      readonly message: {
        readonly content: string | null;
        readonly tool_calls?: readonly { readonly function: object }[];
      };
      readonly finish_reason: string;
    },
  ];
  readonly usage: { readonly completion_tokens: number; readonly prompt_tokens: number };
}

/** Completes what is scripted, after what was said before, and takes the answer apart. */
async function complete(script: object, rest: object, before: readonly object[] = []) {
  const { baseUrl, apiKey } = await engine.endpoint(AbortSignal.timeout(30_000));
  const answer = await fetch(new URL('/v1/chat/completions', baseUrl), {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ messages: [...before, { role: 'user', content: JSON.stringify(script) }], ...rest }),
  });
  const { choices, usage } = (await answer.json()) as Answer;
  const [{ message, finish_reason: reason }] = choices;
  return { content: message.content, calls: (message.tool_calls ?? []).map((call) => call.function), reason, usage };
}

/** A turn in which the weather of a city was asked for. */
const earlier = (city: string) => [
  { role: 'user', content: 'How is the weather?' },
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'c', type: 'function', function: { name: 'get_weather', arguments: JSON.stringify({ city }) } }],
  },
  { role: 'tool', tool_call_id: 'c', content: 'Sunny.' },
  { role: 'assistant', content: 'It is sunny.' },
];

describe('an answer with several calls', () => {
  const tools = [toolOf('get_weather', { city: { type: 'string' } }), toolOf('now', {})];
  const now = '{"name": "now", "arguments": {}}';
  const script = { words: 'It rains.', call: CALL, more: [now], probability: 0.9 };

  test('makes another where the model is sure of it on the next line', async () => {
    const both = await complete({ ...script, another: 0.99 }, { tools });
    expect(both.calls).toMatchObject([
      { name: 'get_weather', arguments: '{"city": "Paris"}' },
      { name: 'now', arguments: '{}' },
    ]);
    expect(both.usage.completion_tokens).toBe(CALL.length + now.length - 2);
    expect((await complete({ ...script, another: 0.5 }, { tools })).calls).toHaveLength(1);
  });

  test('drops one that repeats a call, or that the limit cuts', async () => {
    const again = await complete({ ...script, more: [CALL], another: 0.99 }, { tools });
    expect(again).toMatchObject({ reason: 'tool_calls', calls: [{ name: 'get_weather' }] });
    expect(again.calls).toHaveLength(1);
    const limited = await complete({ ...script, another: 0.99 }, { tools, max_tokens: CALL.length + 10 });
    expect(limited.calls).toHaveLength(1);
  });

  test('is words where the call is a guess, unless the model is sure of it or a tool is insisted on', async () => {
    const guess = { ...script, isGuess: true, probability: 0.8 };
    const words = await complete(guess, { tools });
    expect(words).toMatchObject({ calls: [], content: 'It rains.', reason: 'stop' });
    // What was thrown away counts too.
    expect(words.usage.completion_tokens).toBeGreaterThan(CALL.length);
    expect((await complete({ ...guess, probability: 0.99 }, { tools })).calls).toHaveLength(1);
    expect((await complete(guess, { tools, tool_choice: 'required' })).calls).toHaveLength(1);
  });

  test('is words where the window has no room for a call', async () => {
    const usage = async (padding: string) => (await complete({ ...script, padding }, { tools })).usage.prompt_tokens;
    const padding = 'x'.repeat(1_970 - (await usage('')));
    expect(await usage(padding)).toBe(1_970);
    expect(await complete({ ...script, padding }, { tools })).toMatchObject({ calls: [], content: 'It rains.' });
  });

  test('is tried after a call of an earlier turn, where the tool is certain, and not for what was called before', async () => {
    const shy = { ...script, probability: 0.01 };
    expect((await complete(shy, { tools }, earlier('Rome'))).calls).toMatchObject([{ name: 'get_weather' }]);
    const isWords = { calls: [], content: 'It rains.' };
    expect(await complete(shy, { tools })).toMatchObject(isWords);
    expect(await complete(shy, { tools }, earlier('Paris'))).toMatchObject(isWords);
    expect(await complete({ ...shy, probability: 0.001 }, { tools }, earlier('Rome'))).toMatchObject(isWords);
    expect(await complete({ ...shy, isGuess: true }, { tools }, earlier('Rome'))).toMatchObject(isWords);
  });

  test('makes one where a tool is insisted on', async () => {
    const forced = await complete({ ...script, another: 0.99 }, { tools, tool_choice: 'required' });
    expect(forced.calls).toHaveLength(1);
  });
});
