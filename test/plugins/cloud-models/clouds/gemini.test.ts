import { describe, expect, test } from '@jest/globals';
import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { translateHistory } from '../../../../src/routing/chat/history/translate-history.ts';
import { readStream, ServedCloud } from './served-cloud.ts';

const embedder = {
  id: 'gemini-embedding-001',
  capabilities: ['embedding' as const],
  dimensions: 3072,
  contextLength: 2048,
};
const pro = {
  id: 'gemini-2.5-pro',
  capabilities: ['completion' as const, 'thinking' as const],
  contextLength: 1_048_576,
};
const served = new ServedCloud('gemini').during(['m', 'gemini-3.1-pro-preview', pro, embedder]);
const never = new AbortController().signal;

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\r\n\r\n`;
const piece = (parts: unknown[], finishReason?: string): string =>
  event({
    candidates: [{ content: { parts, role: 'model' }, finishReason, index: 0 }],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2 },
    modelVersion: 'm-001',
  });
const SAID = piece([{ text: 'One' }]);

async function answer(body: string | Record<string, unknown>, status = 200): Promise<void> {
  const headers: Record<string, string> = typeof body === 'string' ? { 'Content-Type': 'text/event-stream' } : {};
  await served.server.script([{ fault: { kind: 'status', status, body, headers } }]);
}

const callPart = (id?: string) => ({ functionCall: { name: 'f', args: {}, id } });

describe('a stream of Gemini', () => {
  test.each<[string, string, string]>([
    [
      'before a word by an error',
      event({ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }),
      'E_BUSY',
    ],
    [
      'after a word by an error',
      SAID + event({ error: { code: 500, message: 'boom', status: 'INTERNAL' } }),
      'E_PROVIDER_SERVER',
    ],
    [
      'after a word by a limit',
      SAID + event({ error: { code: 429, message: 'slow', status: 'RESOURCE_EXHAUSTED' } }),
      'E_RATE_LIMITED',
    ],
    ['by a blocked prompt', event({ promptFeedback: { blockReason: 'SAFETY' } }), 'E_FILTERED'],
    ['without a finish reason', SAID, 'E_INTERRUPTED'],
    ['with an event that is no JSON', `${SAID}data: {"cand\r\n\r\n`, 'E_INTERRUPTED'],
    ['by safety', SAID + piece([], 'SAFETY'), 'E_FILTERED'],
    ['by recitation', SAID + piece([], 'RECITATION'), 'E_FILTERED'],
    ['by a broken call', SAID + piece([], 'MALFORMED_FUNCTION_CALL'), 'E_MALFORMED'],
    ['with nothing said', piece([{ text: '' }], 'STOP'), 'E_MALFORMED'],
    ['without a candidate', event({ usageMetadata: { promptTokenCount: 3 } }), 'E_MALFORMED'],
  ])('that ends %s is told', async (_, body, code) => {
    await answer(body);
    expect((await readStream(await served.model())).error).toMatchObject({ code });
  });

  test('tells its counts once, whatever each piece says', async () => {
    await answer(SAID + SAID + piece([{ text: '' }], 'STOP'));
    const seen = await readStream(await served.model());
    expect(seen.error).toBeUndefined();
    expect(seen.answer.usage_metadata).toMatchObject({ input_tokens: 3, output_tokens: 2, total_tokens: 5 });
    expect(seen.answer.response_metadata).toMatchObject({ finish_reason: 'stop', model_name: 'm-001' });
  });

  test('gives calls without an id, or with the same, an id of their own', async () => {
    await answer(piece([callPart(), callPart('a')]) + piece([callPart('a'), callPart()], 'STOP'));
    const { tool_calls: calls } = (await readStream(await served.model())).answer;
    expect(calls!.map(({ id }) => id)).toEqual([
      expect.stringMatching(/^call_/),
      'a',
      expect.stringMatching(/^call_/),
      expect.stringMatching(/^call_/),
    ]);
    expect(new Set(calls!.map(({ id }) => id)).size).toBe(4);
  });
});

describe('a whole answer of Gemini', () => {
  test('that was blocked, stopped or is empty is told', async () => {
    const model = await served.model();
    await served.server.script([{ reply: { finishReason: 'blocked' } }]);
    await expect(model.invoke('hi')).rejects.toMatchObject({ code: 'E_FILTERED' });
    await answer({ candidates: [], usageMetadata: { promptTokenCount: 3 } });
    await expect(model.invoke('hi')).rejects.toMatchObject({ code: 'E_MALFORMED' });
    await answer({ candidates: [{ content: { parts: [{ text: 'a' }] } }] });
    await expect(model.invoke('hi')).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
  });
});

describe('a refusal of Gemini', () => {
  test('of the key comes as an invalid argument', async () => {
    const model = await served.provider({ key: 'wrong-key' }).chat!('m', served.call());
    await expect(model.invoke('hi')).rejects.toMatchObject({ code: 'E_PROVIDER_AUTH' });
  });

  test('for a while tells how long within its body, and for good is credit', async () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.4s' }];
    const message = 'You exceeded your current quota, please check your plan.';
    const model = await served.model();
    await answer({ error: { code: 429, message, status: 'RESOURCE_EXHAUSTED', details } }, 429);
    await expect(model.invoke('hi')).rejects.toMatchObject({ code: 'E_RATE_LIMITED', retryAfterMs: 34_400 });
    await answer({ error: { code: 429, message, status: 'RESOURCE_EXHAUSTED' } }, 429);
    await expect(model.invoke('hi')).rejects.toMatchObject({ code: 'E_PROVIDER_CREDIT' });
  });
});

const results = (called: AIMessage): ToolMessage[] =>
  called.tool_calls!.map((call) => new ToolMessage({ content: '18', tool_call_id: call.id!, name: call.name }));

const partsOf = async (): Promise<Record<string, unknown>[]> => {
  const { contents } = (await served.chats()).at(-1)!.body as {
    contents: { role: string; parts: Record<string, unknown>[] }[];
  };
  return contents[1]!.parts;
};

describe('signatures of Gemini', () => {
  const id = 'gemini-3.1-pro-preview';
  const reply = {
    signature: 'SEAL',
    text: 'Let me see.',
    toolCalls: ['Oslo', 'Rome'].map((city) => ({ name: 'weather', arguments: { city } })),
  };

  test('are kept and go back where they were, streamed and whole', async () => {
    const model = await served.model({}, { id });
    for (const isStreamed of [true, false]) {
      await served.server.script([{ reply }]);
      const called = isStreamed ? (await readStream(model)).answer : ((await model.invoke('q')) as AIMessage);
      await served.server.script([]);
      const history = translateHistory([new HumanMessage('q'), called, ...results(called)], {
        providerId: 'gemini',
        modelId: id,
        isCloud: true,
      });
      expect((await readStream(model, history)).error).toBeUndefined();
      const [first, second] = called.tool_calls!;
      expect(await partsOf()).toEqual([
        { text: 'Let me see.' },
        { functionCall: { id: first!.id, name: 'weather', args: { city: 'Oslo' } }, thoughtSignature: 'SEAL' },
        { functionCall: { id: second!.id, name: 'weather', args: { city: 'Rome' } } },
      ]);
    }
  });

  test('seal a text too, and go to no other provider', async () => {
    await served.server.script([{ reply: { text: 'Four.', signature: 'SEAL' } }]);
    const { answer: said } = await readStream(await served.model({}, { id }));
    const history = [new HumanMessage('q'), said, new HumanMessage('and?')];
    await readStream(await served.model({}, { id }), history);
    expect(await partsOf()).toEqual([{ text: 'Four.', thoughtSignature: 'SEAL' }]);
    const elsewhere = translateHistory(history, { providerId: 'openai', modelId: 'm', isCloud: true });
    expect(JSON.stringify(elsewhere)).not.toMatch(/SEAL|thought_signatures/);
  });

  test('are stood in for where another model made the call', async () => {
    const called = new AIMessage({
      content: '',
      tool_calls: [{ id: 'call_1', name: 'weather', args: { city: 'Oslo' } }],
    });
    expect(
      (await readStream(await served.model({}, { id }), [new HumanMessage('q'), called, ...results(called)])).error,
    ).toBeUndefined();
    expect(await partsOf()).toMatchObject([{ thoughtSignature: 'skip_thought_signature_validator' }]);
    await readStream(await served.model(), [new HumanMessage('q'), called, ...results(called)]);
    expect((await partsOf())[0]).not.toHaveProperty('thoughtSignature');
  });
});

describe('what Gemini is asked', () => {
  test('has the parameters of the call, and reasoning only where it is set', async () => {
    const parameters = { temperature: 0.5, topP: 0.9, maxTokens: 7, seed: 3, stop: ['END'] };
    await (await served.model({}, { parameters })).invoke('hi');
    await (await served.model({ thinking: 'low' }, { id: 'gemini-3.1-pro-preview' })).invoke('hi');
    const [plain, reasoning] = (await served.chats()).map(({ body }) => body.generationConfig);
    expect(plain).toMatchObject({ temperature: 0.5, topP: 0.9, maxOutputTokens: 7, seed: 3, stopSequences: ['END'] });
    expect(plain).not.toHaveProperty('thinkingConfig');
    expect(reasoning).toMatchObject({ thinkingConfig: { thinkingLevel: 'LOW', includeThoughts: true } });
  });
});

describe('the list of Gemini', () => {
  test('is read page by page, with what each can do', async () => {
    const models = await served.provider().listModels(never);
    expect(models.find(({ modelId }) => modelId === 'gemini-embedding-001')?.capabilities).toMatchObject({
      chat: { value: false },
      embed: { value: true },
    });
    // Prompts of more have another price.
    expect(models.find(({ modelId }) => modelId === 'gemini-2.5-pro')).toMatchObject({
      contextTokens: { value: 200_000 },
      capabilities: { reasoning: { value: true } },
    });
    await served.server.configure({ models: Array.from({ length: 2500 }, (_, place) => `model-${place}`) });
    expect(await served.provider().listModels(never)).toHaveLength(2500);
  });

  test('is found whatever version the address names', async () => {
    for (const version of ['', '/v1beta', '/v1']) {
      const provider = served.provider({ baseUrl: served.server.url + version });
      expect(await provider.listModels(never)).toHaveLength(4);
      expect((await (await provider.chat!('m', served.call())).invoke('hi')).text).toBe('You said: hi');
    }
  });
});
