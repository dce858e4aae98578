import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { startLlamaServer, TOOL_CHAT_TEMPLATE } from './llama-server.ts';
import { startMlxServer } from './mlx-server.ts';
import { OLLAMA_NAMES, startOllama } from './ollama.ts';
import type { RunningServer } from './running-server.ts';

const TEST_LIMIT_MS = 180_000;
const REQUEST_LIMIT_MS = 120_000;
const QUESTION = [{ role: 'user', content: 'What is the capital of France? Answer with one word.' }];
const WEATHER_TOOL = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Weather now in a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

/** Whether a process id still exists. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function post(url: string, body: object): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
  });
}

/** The data of each event of an event stream, without comments. */
async function eventsOf(response: Response): Promise<string[]> {
  const lines = (await response.text()).split('\n');
  return lines.filter((line) => line.startsWith('data: ')).map((line) => line.slice('data: '.length));
}

interface ChatChunk {
  readonly choices: readonly { readonly delta: { readonly content?: string }; readonly finish_reason: string | null }[];
}

/** Streams one answer by the OpenAI wire, prints it, and gives its text, last finish reason and last event. */
async function streamedChat(
  server: RunningServer,
  body: object,
): Promise<{ text: string; finish: string; end: string }> {
  const response = await post(`${server.url}/v1/chat/completions`, {
    messages: QUESTION,
    stream: true,
    temperature: 0,
    max_tokens: 16,
    ...body,
  });
  expect(response.status).toBe(200);
  const events = await eventsOf(response);
  const end = events.at(-1)!;
  const choices = events.slice(0, -1).flatMap((event) => (JSON.parse(event) as ChatChunk).choices);
  const text = choices.map(({ delta }) => delta.content ?? '').join('');
  const finish = choices.findLast((choice) => choice.finish_reason !== null)?.finish_reason ?? 'none';
  process.stdout.write(`real: ${server.version} answered ${JSON.stringify(text)}\n`);
  return { text, finish, end };
}

/** Asks for the weather with a tool offered, and expects the call that answers it. */
async function expectToolCall(server: RunningServer, model: string): Promise<void> {
  const response = await post(`${server.url}/v1/chat/completions`, {
    model,
    messages: [{ role: 'user', content: 'What is the weather in Paris?' }],
    tools: [WEATHER_TOOL],
    temperature: 0,
    max_tokens: 64,
  });
  const reply = (await response.json()) as {
    choices: {
      finish_reason: string;
      message: { tool_calls: { function: { name: string; arguments: string } }[] };
    }[];
  };
  const [choice] = reply.choices;
  expect(choice!.finish_reason).toBe('tool_calls');
  expect(choice!.message.tool_calls[0]!.function.name).toBe('get_weather');
  expect(JSON.parse(choice!.message.tool_calls[0]!.function.arguments)).toEqual({ city: 'Paris' });
}

describe('the real servers', () => {
  let server: RunningServer | undefined;

  afterEach(async () => {
    await server?.kill();
    server = undefined;
  });

  test(
    'llama-server streams an answer to its end marker',
    async () => {
      server = await startLlamaServer({ model: 'qwen2.5-coder-0.5b', contextTokens: 1_024 });
      const answer = await streamedChat(server, {});
      expect(answer).toMatchObject({ text: expect.stringContaining('Paris'), finish: 'stop', end: '[DONE]' });
    },
    TEST_LIMIT_MS,
  );

  test(
    'llama-server with the template for bare JSON parses a tool call',
    async () => {
      server = await startLlamaServer({
        model: 'qwen2.5-coder-0.5b',
        contextTokens: 1_024,
        template: TOOL_CHAT_TEMPLATE,
      });
      await expectToolCall(server, 'qwen2.5-coder-0.5b');
    },
    TEST_LIMIT_MS,
  );

  test(
    'Ollama streams an answer to its done line',
    async () => {
      server = await startOllama({ models: ['qwen2.5-coder-0.5b', 'smollm2-135m'] });
      const response = await post(`${server.url}/api/chat`, {
        model: OLLAMA_NAMES['qwen2.5-coder-0.5b'],
        messages: QUESTION,
        options: { temperature: 0, num_predict: 16, num_thread: 1 },
      });
      expect(response.status).toBe(200);
      const lines = (await response.text()).trimEnd().split('\n');
      const parts = lines.map((line) => JSON.parse(line) as { message: { content: string }; done: boolean });
      const text = parts.map(({ message }) => message.content).join('');
      process.stdout.write(`real: ${server.version} answered ${JSON.stringify(text)}\n`);
      expect(text).toContain('Paris');
      expect(parts.at(-1)).toMatchObject({ done: true, done_reason: 'stop' });
    },
    TEST_LIMIT_MS,
  );

  test(
    'Ollama parses a tool call',
    async () => {
      server = await startOllama({ models: ['qwen2.5-coder-0.5b'] });
      await expectToolCall(server, OLLAMA_NAMES['qwen2.5-coder-0.5b']);
    },
    TEST_LIMIT_MS,
  );

  test(
    'mlx_lm.server streams an answer to its end marker',
    async () => {
      server = await startMlxServer();
      const answer = await streamedChat(server, {});
      expect(answer).toMatchObject({ text: expect.stringContaining('Paris'), end: '[DONE]' });
    },
    TEST_LIMIT_MS,
  );

  test(
    'a killed server is gone at once, and one that is stopped is gone within its limit',
    async () => {
      const killed = await startLlamaServer({ model: 'smollm2-135m', contextTokens: 256 });
      await killed.kill();
      expect(isAlive(killed.pid)).toBe(false);
      const stopped = await startLlamaServer({ model: 'smollm2-135m', contextTokens: 256 });
      await stopped.stop();
      expect(isAlive(stopped.pid)).toBe(false);
    },
    TEST_LIMIT_MS,
  );

  test(
    'a server ends with the process that started it, even when that one is killed',
    async () => {
      const driver = resolve(import.meta.dirname, 'llama-server.ts');
      const script = `import { startLlamaServer } from ${JSON.stringify(driver)};
      const server = await startLlamaServer({ model: 'smollm2-135m', contextTokens: 256 });
      console.log(server.pid);`;
      const starter = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(starter.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      expect(isAlive(pid)).toBe(true);
      starter.kill('SIGKILL');
      const deadline = performance.now() + 5_000;
      while (isAlive(pid) && performance.now() < deadline) await delay(50);
      expect(isAlive(pid)).toBe(false);
    },
    TEST_LIMIT_MS,
  );
});
