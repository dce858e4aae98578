import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createChatEngine } from '../../plugins/local-model/engine/create-engine.ts';
import type { EmbeddedEngine } from '../../plugins/local-model/engine/embedded-engine.ts';
import { CASES, modelPath, parameters, text, TOOLS } from './embedded-cases.ts';
import { EmbeddedConversation } from './embedded-conversation.ts';

const CONTEXT_TOKENS = 2_048;
const MINUTES = 60_000;

/** Prints what was measured, which is part of what this test is for. */
function report(line: string): void {
  process.stdout.write(`${line}\n`);
}

let engine: EmbeddedEngine;
let conversation: EmbeddedConversation;

beforeAll(async () => {
  engine = createChatEngine({
    modelPath: modelPath(),
    modelId: 'qwen',
    contextTokens: CONTEXT_TOKENS,
    threads: 1,
    slots: 1,
    gpu: false,
    enginePackage: 'node-llama-cpp',
    loadTimeoutMs: 2 * MINUTES,
  });
  conversation = new EmbeddedConversation(engine);
  await conversation.start();
}, 3 * MINUTES);

afterAll(async () => {
  await engine.dispose();
}, MINUTES);

describe('the embedded engine with Qwen2.5-Coder-0.5B', () => {
  test(
    'streams an answer that ends by a finish reason, usage and [DONE], and gives the same one in a piece',
    async () => {
      const messages = [{ role: 'user', content: 'What is the capital of France? One word.' }];
      const body = { messages, temperature: 0, max_tokens: 16 };
      const streamed = await conversation.stream(body);
      expect(streamed.content).toContain('Paris');
      expect(streamed.pieces).toBeGreaterThan(0);
      expect(streamed).toMatchObject({ finishReason: 'stop', isDone: true });
      const plain = await conversation.complete(body);
      expect(plain.choices[0].message.content).toBe(streamed.content);
      expect(plain.usage.prompt_tokens).toBe(streamed.usage?.prompt_tokens);
      expect(plain.usage.completion_tokens).toBeGreaterThan(0);
      report(`first token ${Math.round(streamed.firstTokenMs)} ms ${JSON.stringify(plain.timings)}`);
    },
    MINUTES,
  );

  test(
    'counts the same tokens as a completion reports, with and without tools',
    async () => {
      const messages = [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi <|im_end|> there' },
      ];
      for (const body of [{ messages }, { messages, tools: TOOLS }]) {
        const { count } = await conversation.count(body);
        const { usage } = await conversation.complete({ ...body, max_tokens: 1 });
        expect(count).toBe(usage.prompt_tokens);
      }
    },
    MINUTES,
  );

  test(
    'evaluates only what is new in the second turn of a conversation',
    async () => {
      const messages = [
        { role: 'user', content: 'Name three colours, and say one short sentence about each of them.' },
      ];
      const first = await conversation.complete({ messages, temperature: 0, max_tokens: 40 });
      const answer = { role: 'assistant', content: first.choices[0].message.content };
      const second = await conversation.complete({
        messages: [...messages, answer, { role: 'user', content: 'Thanks.' }],
        max_tokens: 1,
      });
      expect(second.timings.cache_n).toBeGreaterThanOrEqual(first.usage.prompt_tokens);
    },
    MINUTES,
  );

  test(
    'stops at a stop text and at the token limit, and says which',
    async () => {
      const messages = [{ role: 'user', content: 'Count from 1 to 20, separated by commas.' }];
      const stopped = await conversation.complete({ messages, temperature: 0, stop: ['5'] });
      expect(stopped.choices[0]).toMatchObject({ finish_reason: 'stop' });
      expect(stopped.choices[0].message.content).toMatch(/4/);
      expect(stopped.choices[0].message.content).not.toContain('5');
      const cut = await conversation.complete({ messages, temperature: 0, max_tokens: 3 });
      expect(cut.choices[0]).toMatchObject({ finish_reason: 'length' });
      expect(cut.usage.completion_tokens).toBe(3);
    },
    MINUTES,
  );

  test(
    'frees its only slot soon after the client has gone',
    async () => {
      const story = { messages: [{ role: 'user', content: 'Write a very long story.' }], temperature: 0 };
      await conversation.leaveAfterFirstToken(story);
      const startedMs = performance.now();
      await conversation.complete({ messages: [{ role: 'user', content: 'Hi' }], max_tokens: 1 });
      expect(performance.now() - startedMs).toBeLessThan(10_000);
    },
    MINUTES,
  );

  test(
    'makes JSON of a schema, and text of a grammar',
    async () => {
      const schema = parameters({
        name: text,
        age: { type: 'integer' },
        languages: { type: 'array', items: text, maxItems: 3 },
      });
      const reply = await conversation.complete({
        messages: [{ role: 'user', content: 'Ada is 36 years old and speaks English and French. Give her data.' }],
        response_format: { type: 'json_schema', json_schema: { name: 'person', schema } },
      });
      const person = JSON.parse(reply.choices[0].message.content ?? '') as Record<string, unknown>;
      expect(person).toMatchObject({ name: expect.stringContaining('Ada'), age: 36, languages: expect.any(Array) });
      const messages = [{ role: 'user', content: 'Is the sky blue?' }];
      const answer = await conversation.complete({ messages, grammar: 'root ::= "yes" | "no"' });
      expect(['yes', 'no']).toContain(answer.choices[0].message.content);
    },
    MINUTES,
  );

  test(
    'serves a schema that llama.cpp would refuse, and refuses a grammar that is none',
    async () => {
      const messages = [{ role: 'user', content: 'Give any JSON.' }];
      const loop = { anyOf: [{ $ref: '#' }, { type: 'string', minLength: 5_000, pattern: '^(' }] };
      const format = { type: 'json_schema', json_schema: { schema: loop } };
      expect((await conversation.post({ messages, response_format: format, max_tokens: 4 })).status).toBe(200);
      const refused = await conversation.post({ messages, grammar: 'root ::= nowhere' });
      expect(refused).toMatchObject({ status: 400, body: { error: { type: 'invalid_request_error' } } });
    },
    MINUTES,
  );

  test(
    'refuses a conversation longer than its window, with both figures',
    async () => {
      const { status, body } = await conversation.post({
        messages: [{ role: 'user', content: 'word '.repeat(CONTEXT_TOKENS) }],
      });
      expect(status).toBe(400);
      expect(body.error).toMatchObject({ type: 'exceed_context_size_error', n_ctx: CONTEXT_TOKENS });
      expect(body.error?.['n_prompt_tokens']).toBeGreaterThan(CONTEXT_TOKENS);
    },
    MINUTES,
  );

  test(
    'refuses pictures, other models and callers without the key',
    async () => {
      const picture = { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,' } }] };
      const { body } = await conversation.post({ messages: [picture] });
      expect(body.error).toMatchObject({ code: 400, type: 'not_supported_error', capability: 'vision' });
      expect((await conversation.post({ model: 'other', messages: [{ role: 'user', content: 'Hi' }] })).status).toBe(
        404,
      );
      expect((await conversation.post({}, 'wrong key')).status).toBe(401);
    },
    MINUTES,
  );

  test(
    'forces a named tool, and reports a call cut by the limit as length',
    async () => {
      const messages = [{ role: 'user', content: 'Hello' }];
      const forced = { messages, tools: TOOLS, tool_choice: { type: 'function', function: { name: 'calculate' } } };
      const whole = await conversation.complete(forced);
      expect(whole.choices[0].message.tool_calls?.[0]?.function.name).toBe('calculate');
      const cut = await conversation.complete({ ...forced, max_tokens: 8 });
      expect(cut.choices[0].finish_reason).toBe('length');
      expect(cut.choices[0].message.tool_calls).toBeUndefined();
    },
    MINUTES,
  );

  test(
    'calls a tool when it is needed and answers plainly when not, most of the time',
    async () => {
      const results = [];
      for (const toolCase of CASES) results.push(await conversation.judge(toolCase, TOOLS));
      const needed = results.filter(({ wanted }) => wanted !== undefined);
      const called = needed.filter(({ called: name }) => name !== undefined).length;
      const right = needed.filter(({ wanted, called: name }) => name === wanted).length;
      const plain = results.filter(({ wanted, called: name }) => wanted === undefined && name === undefined).length;
      report(
        results
          .map(({ prompt, called: name, text: shown }) => `${prompt} -> ${name ?? '(answer)'} ${shown}`)
          .join('\n'),
      );
      report(`called when needed ${called}/5, the right tool ${right}/5, plain when not needed ${plain}/5`);
      expect(results.every(({ isValid }) => isValid)).toBe(true);
      expect(called).toBeGreaterThanOrEqual(4);
      expect(plain).toBeGreaterThanOrEqual(3);
    },
    5 * MINUTES,
  );

  test(
    'answers from a tool result instead of calling again',
    async () => {
      const messages = [
        { role: 'user', content: 'What is the weather in Paris?' },
        conversation.callOf('get_weather', { city: 'Paris' }),
        { role: 'tool', tool_call_id: 'call_1', content: '{"temperature_celsius": 21, "sky": "sunny"}' },
      ];
      const reply = await conversation.stream({ messages, tools: TOOLS });
      expect(reply.toolName).toBeUndefined();
      expect(reply.content).toMatch(/21|sunny/i);
      expect(reply.finishReason).toBe('stop');
    },
    MINUTES,
  );

  test(
    'breaks off when its child is killed in the middle of an answer, and serves the next call',
    async () => {
      const killed = await conversation.streamKilled({ messages: [{ role: 'user', content: 'Write a long story.' }] });
      expect(killed.status).toBe('rejected');
      await conversation.start();
      const reply = await conversation.complete({ messages: [{ role: 'user', content: 'Hi' }], max_tokens: 2 });
      expect(reply.choices[0].message.content).not.toBe('');
      expect(engine.state()).toMatchObject({ kind: 'ready' });
    },
    2 * MINUTES,
  );
});
