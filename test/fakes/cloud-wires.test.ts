import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startFakeModelServer, type FakeModelServer } from './fake-model-server.ts';
import { callServer } from './support/call-server.ts';
import { extraIn, shapeOf } from './support/wire-shape.ts';
import { anthropicCalls } from './support/wires/anthropic-calls.ts';
import { geminiCalls } from './support/wires/gemini-calls.ts';
import { openRouterCalls } from './support/wires/openrouter-calls.ts';

let server: FakeModelServer;
beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'anthropic' });
});
afterAll(() => server.stop());

const MODELS = [{ id: 'm' }, { id: 'e', capabilities: ['embedding' as const], dimensions: 4 }];

/** The frames of an event stream; `[DONE]` and comments are no frames. */
function framesOf(text: string): unknown[] {
  const lines = text.split(/\r?\n/).filter((line) => line.startsWith('data: ') && line !== 'data: [DONE]');
  return lines.map((line) => JSON.parse(line.slice(6)) as unknown);
}

describe('a cloud whose wire is documented and was not recorded here', () => {
  test.each([...anthropicCalls, ...geminiCalls, ...openRouterCalls])(
    'is imitated without an invented name: $dialect, $what ($source)',
    async (each) => {
      await server.reset({ dialect: each.dialect, models: MODELS, rules: each.rules });
      const reply = await callServer(server.url, {
        path: each.path,
        body: each.body,
        headers: { 'anthropic-version': '2023-06-01' },
      });
      expect(reply.status).toBe(each.status ?? 200);
      if (each.frames === undefined) {
        expect(extraIn(shapeOf(JSON.parse(reply.text)), shapeOf(each.whole))).toEqual([]);
        return;
      }
      const frames = framesOf(reply.text);
      expect(frames.length).toBeGreaterThan(2);
      expect(extraIn(shapeOf(frames), shapeOf([...each.frames]))).toEqual([]);
    },
  );

  test('names each event of Anthropic as its data does, and ends OpenRouter with [DONE]', async () => {
    await server.reset({ dialect: 'anthropic', models: MODELS });
    const body = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }], stream: true };
    const { text } = await callServer(server.url, {
      path: '/v1/messages',
      body,
      headers: { 'anthropic-version': '2023-06-01' },
    });
    const names = [...text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name);
    expect(names).toEqual(framesOf(text).map((frame) => (frame as { type: string }).type));
    await server.reset({ dialect: 'openrouter', models: MODELS });
    const other = await callServer(server.url, { path: '/api/v1/chat/completions', body });
    expect(other.text).toMatch(/^: OPENROUTER PROCESSING\n\n[^]*data: \[DONE\]\n\n$/);
  });
});
