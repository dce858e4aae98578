import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HumanMessage } from '@langchain/core/messages';
import { LOCAL_PRINCIPAL, type Provider } from 'wooster';
import { llamacpp } from '../../../../plugins/local-model/providers/presets/llamacpp.ts';
import { ollama } from '../../../../plugins/local-model/providers/presets/ollama.ts';
import { startFakeModelServer, type FakeModelServer } from '../../../fakes/fake-model-server.ts';
import { makeProvider } from '../providers/preset-setup.ts';

let server: FakeModelServer;
beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'llamacpp', models: ['m'] });
}, 30_000);
afterAll(() => server.stop());

async function askedAndRefused(provider: Provider): Promise<unknown> {
  const call = {
    parameters: {},
    limits: { connectMs: 1000, loadMs: 1000, firstTokenMs: 5000, idleMs: 5000, totalMs: 10_000 },
    principal: LOCAL_PRINCIPAL,
    attemptId: 'a',
    signal: new AbortController().signal,
  };
  const model = await provider.chat!('m', call);
  const stream = model._streamResponseChunks([new HumanMessage('q')], {});
  return stream.next().catch((error: unknown) => error);
}

const at = (offsetMs: number): string => new Date(Date.now() + offsetMs).toUTCString();

describe.each(['llamacpp', 'ollama'] as const)('a local server of the kind %s that limits', (dialect) => {
  test.each<[number, Record<string, string>, Record<string, unknown>, Record<string, unknown>]>([
    [429, { 'Retry-After': '30' }, { error: 'slow' }, { code: 'E_RATE_LIMITED', retryAfterMs: 30_000 }],
    [429, { 'Retry-After': '0.5' }, { error: 'slow' }, { code: 'E_RATE_LIMITED', retryAfterMs: 500 }],
    [429, { 'retry-after-ms': '250' }, { error: 'slow' }, { code: 'E_RATE_LIMITED', retryAfterMs: 250 }],
    [
      429,
      { Date: at(-9_000_000), 'Retry-After': at(-8_940_000) },
      { error: 'slow' },
      { code: 'E_RATE_LIMITED', retryAfterMs: 60_000 },
    ],
    [
      429,
      { 'x-ratelimit-reset-requests': '6m0s' },
      { error: 'slow' },
      { code: 'E_RATE_LIMITED', retryAfterMs: 360_000 },
    ],
    [429, { 'Retry-After': '-5' }, { error: 'slow' }, { code: 'E_RATE_LIMITED', retryAfterMs: undefined }],
    [
      429,
      {},
      { error: { message: 'slow', details: [{ retryDelay: '34s' }] } },
      { code: 'E_RATE_LIMITED', retryAfterMs: 34_000 },
    ],
    [503, { 'Retry-After': '2' }, { error: 'cooling down' }, { code: 'E_BUSY', retryAfterMs: 2000 }],
    [503, {}, { error: { message: 'Loading model', type: 'unavailable_error', code: 503 } }, { code: 'E_LOADING' }],
    [503, { 'Retry-After': '1' }, { error: { message: 'Loading model' } }, { code: 'E_LOADING' }],
  ])('by %i %j says how long', async (status, headers, body, expected) => {
    await server.reset({ dialect, models: ['m'] });
    const path = dialect === 'ollama' ? '/api/chat' : '/v1/chat/completions';
    await server.script([{ match: { path }, fault: { kind: 'status', status, headers, body } }]);
    const { provider, dispose } = makeProvider({ llamacpp, ollama }[dialect], { baseUrl: server.url });
    try {
      expect(await askedAndRefused(provider)).toMatchObject(expected);
    } finally {
      await dispose();
    }
  });
});
