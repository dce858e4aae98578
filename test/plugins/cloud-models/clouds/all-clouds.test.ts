import { describe, expect, jest, test } from '@jest/globals';
import { HumanMessage } from '@langchain/core/messages';
import { CLOUDS } from './clouds.ts';
import { KEY, readStream, ServedCloud } from './served-cloud.ts';

const never = new AbortController().signal;

/** Names by which the packages would go elsewhere, or with another key. */
const LURES: Readonly<Record<string, string>> = {
  LANGSMITH_GATEWAY: 'http://127.0.0.1:9/gateway',
  LANGSMITH_API_KEY: 'lure-langsmith',
  ANTHROPIC_BASE_URL: 'http://127.0.0.1:9',
  ANTHROPIC_API_URL: 'http://127.0.0.1:9',
  ANTHROPIC_AUTH_TOKEN: 'lure-token',
  ANTHROPIC_API_KEY: 'lure-anthropic',
  ANTHROPIC_CUSTOM_HEADERS: 'x-api-key: lure-header',
  GOOGLE_API_KEY: 'lure-google',
  GOOGLE_CLOUD_CREDENTIALS: '{"type":"service_account","project_id":"lure","private_key":"k","client_email":"e"}',
  OPENAI_API_KEY: 'lure-openai',
  OPENAI_BASE_URL: 'http://127.0.0.1:9',
  OPENAI_ORG_ID: 'lure-organisation',
};

/** Status, and the code it becomes, for every cloud alike. */
const REFUSALS: readonly (readonly [number, string])[] = [
  [400, 'E_REJECTED'],
  [401, 'E_PROVIDER_AUTH'],
  [402, 'E_PROVIDER_CREDIT'],
  [403, 'E_PROVIDER_AUTH'],
  [404, 'E_MODEL_NOT_FOUND'],
  [413, 'E_REJECTED'],
  [429, 'E_RATE_LIMITED'],
  [500, 'E_PROVIDER_SERVER'],
  [503, 'E_PROVIDER_SERVER'],
];

for (const { descriptor, keyHeader, keyName } of CLOUDS) {
  describe(`the cloud ${descriptor.id}`, () => {
    const served = new ServedCloud(descriptor.id).during(['m', 'n', 'o']);

    test('sends nothing without a permit, whatever the key, and never by the global fetch', async () => {
      const stray = jest.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('the global fetch was used'));
      try {
        for (const forged of [undefined, { ...served.permit }]) {
          const model = await served.model({}, { permit: forged });
          await expect(model.invoke('hi')).rejects.toMatchObject({ code: 'E_PRIVACY' });
          expect((await readStream(model)).error).toMatchObject({ code: 'E_PRIVACY' });
        }
        expect(await served.server.requests()).toEqual([]);
        expect((await (await served.model()).invoke('hi')).text).toBe('You said: hi');
        expect(stray).not.toHaveBeenCalled();
      } finally {
        stray.mockRestore();
      }
    });

    test('goes nowhere else and takes no other key, whatever names its package knows', async () => {
      const before = { ...process.env };
      Object.assign(process.env, LURES);
      try {
        const model = await served.model();
        expect((await model.invoke('hi')).text).toBe('You said: hi');
        expect((await readStream(model)).error).toBeUndefined();
        const sent = JSON.stringify((await served.server.requests()).map(({ headers }) => headers));
        expect(sent).not.toMatch(/lure/);
      } finally {
        for (const name of Object.keys(LURES)) delete process.env[name];
        Object.assign(process.env, before);
      }
    });

    test('puts the key into the request and into nothing else, and tells nothing of this machine', async () => {
      const model = await served.model();
      expect(JSON.stringify([model, model.lc_kwargs])).not.toContain(KEY);
      await model.invoke('hi');
      const [record] = await served.server.requests();
      expect(record?.headers[keyHeader]).toMatch(new RegExp(`^(Bearer )?${KEY}$`));
      expect(Object.keys(record!.headers).filter((name) => /stainless|referer|title|client/.test(name))).toEqual([]);
      expect(JSON.stringify(record?.headers)).not.toMatch(/linux|node\b/i);
    });

    test('says that the key is missing or wrong, and does not print it', async () => {
      await expect(served.provider({ key: undefined }).chat!('m', served.call())).rejects.toMatchObject({
        code: 'E_PROVIDER_AUTH',
        message: expect.stringMatching(keyName),
      });
      const model = await served.provider({ key: 'sk-wrong-0123' }).chat!('m', served.call());
      const error = await model.invoke('hi').catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'E_PROVIDER_AUTH', message: expect.not.stringContaining('sk-wrong') });
    });

    test.each(REFUSALS)('turns %i into %s and asks once', async (status, code) => {
      const model = await served.model();
      await served.server.script([{ fault: { kind: 'status', status, message: `it is ${KEY}` } }]);
      for (const ask of [() => model.invoke('hi'), async () => Promise.reject((await readStream(model)).error)]) {
        await served.server.forget();
        await expect(ask()).rejects.toMatchObject({ code, message: expect.not.stringContaining(KEY) });
        expect(await served.server.requests()).toHaveLength(1);
      }
    });

    test('names a model that it does not have', async () => {
      const model = await served.model({}, { id: 'nobody' });
      await expect(model.invoke('hi')).rejects.toMatchObject({ code: 'E_MODEL_NOT_FOUND' });
    });

    test('reads every form of a wait', async () => {
      const model = await served.model();
      for (const [retryAfter, ms] of [
        [{ seconds: 7 }, 7000],
        [{ milliseconds: 1500 }, 1500],
        [{ azureMilliseconds: 250 }, 250],
      ] as const) {
        await served.server.script([{ fault: { kind: 'status', status: 429, retryAfter } }]);
        await expect(model.invoke('hi')).rejects.toMatchObject({ code: 'E_RATE_LIMITED', retryAfterMs: ms });
      }
      await served.server.script([{ fault: { kind: 'status', status: 429, retryAfter: { dateInMs: 60_000 } } }]);
      const dated = (await model.invoke('hi').catch((error: unknown) => error)) as { retryAfterMs: number };
      expect(dated.retryAfterMs).toBeGreaterThan(55_000);
      expect(dated.retryAfterMs).toBeLessThanOrEqual(61_000);
    });

    test('says what a filter withheld, before a word and after two', async () => {
      const model = await served.model();
      await served.server.script([{ reply: { tokens: ['a ', 'b '] }, fault: { kind: 'filtered', afterTokens: 0 } }]);
      expect((await readStream(model)).error).toMatchObject({ code: 'E_FILTERED' });
      await expect(model.invoke('hi')).rejects.toMatchObject({ code: 'E_FILTERED' });
      await served.server.script([{ reply: { tokens: ['a ', 'b '] }, fault: { kind: 'filtered', afterTokens: 2 } }]);
      const { answer, error } = await readStream(model);
      expect(answer.text).toBe('a b ');
      expect(error).toMatchObject({ code: 'E_FILTERED', message: expect.stringMatching(/after 2/) });
    });

    test('takes an answer without a word for none', async () => {
      const model = await served.model();
      await served.server.script([{ reply: { text: '', usage: { completionTokens: 0 } } }]);
      expect((await readStream(model)).error).toMatchObject({ code: 'E_MALFORMED' });
    });

    test('reads bytes however they are split', async () => {
      const text = 'Grüße, 世界 🌍, and more words than one';
      for (const seed of [1, 2, 3]) {
        await served.server.script([{ reply: { text }, fault: { kind: 'split-bytes', seed } }]);
        expect((await readStream(await served.model())).answer.text).toBe(text);
      }
    });

    test('keeps parallel calls apart, streamed and whole', async () => {
      const toolCalls = ['Oslo', 'Rome', 'Oslo'].map((city) => ({ name: 'weather', arguments: { city } }));
      await served.server.script([{ reply: { toolCalls } }]);
      const model = await served.model();
      for (const answer of [(await readStream(model)).answer, await model.invoke('hi')]) {
        const calls = answer.tool_calls!;
        expect(calls.map(({ args }) => args)).toEqual([{ city: 'Oslo' }, { city: 'Rome' }, { city: 'Oslo' }]);
        expect(new Set(calls.map(({ id }) => id)).size).toBe(3);
        for (const { id } of calls) expect(id).toMatch(/^[\w-]{1,40}$/);
      }
    });

    test('closes the connection when its reader leaves', async () => {
      const tokens = Array.from({ length: 100 }, () => 'x ');
      await served.server.script([{ reply: { tokens }, fault: { kind: 'drip', intervalMs: 30 } }]);
      const model = await served.model();
      for await (const { text } of model._streamResponseChunks([new HumanMessage('q')], {})) if (text !== '') break;
      expect((await served.server.requests(2000)).at(-1)?.outcome).toBe('client-closed');
    });

    test('lists its models, and is ready with one of them', async () => {
      const models = await served.provider().listModels(never);
      expect(models.map(({ modelId }) => modelId)).toEqual(['m', 'n', 'o']);
      for (const model of models) expect(model.locality).toEqual({ value: 'cloud', origin: 'config' });
      expect(await served.provider({ model: 'n' }).probe(never)).toMatchObject({ state: 'ready', isKeyProven: true });
    });

    test.each([
      [{ model: 'p' }, { state: 'misconfigured', code: 'E_MODEL_NOT_FOUND' }],
      [{ key: 'sk-wrong-0123' }, { state: 'misconfigured', code: 'E_PROVIDER_AUTH' }],
      [{ key: '' }, { state: 'misconfigured', code: 'E_PROVIDER_AUTH' }],
      [{ baseUrl: 'http://127.0.0.1:9' }, { state: 'down', code: 'E_UNREACHABLE' }],
    ])('reports %j in a probe', async (entry, report) => {
      expect(await served.provider(entry).probe(never)).toMatchObject(report);
    });

    test('sends a choice of tools in its own words', async () => {
      const tools = [
        {
          type: 'function',
          function: { name: 'weather', description: 'd', parameters: { type: 'object', properties: {} } },
        },
      ];
      const choices = ['auto', 'any', 'none', 'weather', { type: 'function', function: { name: 'weather' } }];
      for (const tool_choice of choices) {
        const model = await served.model();
        const bound = model.bindTools!(tools as never, { tool_choice }) as unknown as {
          config?: object;
          kwargs?: object;
        };
        const { error } = await readStream(model, undefined, { ...bound.kwargs, ...bound.config });
        expect(error).toBeUndefined();
      }
      const sent = (await served.chats()).map(({ body }) =>
        JSON.stringify(body['tool_choice'] ?? body['toolConfig'] ?? null),
      );
      expect(new Set(sent).size).toBeGreaterThanOrEqual(4);
      expect(sent.filter((text) => text.includes('weather'))).toHaveLength(2);
    });

    test("keeps to the router's schema", async () => {
      const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
      const response_format = { type: 'json_schema', json_schema: { name: 'place', schema, strict: true } };
      const { answer } = await readStream(await served.model(), undefined, { response_format });
      expect(JSON.parse(answer.text)).toEqual({ city: 'text' });
    });
  });
}
