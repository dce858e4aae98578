import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { LOCAL_PRINCIPAL, type CallContext, type EmbeddingCall, type ProviderDescriptor } from 'wooster';
import { llamacpp } from '../../../../plugins/local-model/providers/presets/llamacpp.ts';
import { lmstudio } from '../../../../plugins/local-model/providers/presets/lmstudio.ts';
import { vllm } from '../../../../plugins/local-model/providers/presets/vllm.ts';
import { startFakeModelServer, type FakeModelServer } from '../../../fakes/fake-model-server.ts';
import { makeProvider } from './preset-setup.ts';

const limits = { connectMs: 1000, loadMs: 1000, firstTokenMs: 5000, idleMs: 5000, totalMs: 10_000 };
const signal = new AbortController().signal;
const call: CallContext = { parameters: {}, limits, principal: LOCAL_PRINCIPAL, attemptId: 'a', signal };

/** What hands texts on to clouds looks like this: the lists of OpenAI, and no mark of any engine. */
let proxy: FakeModelServer;
let made: ReturnType<typeof makeProvider>;

beforeAll(async () => {
  proxy = await startFakeModelServer({ dialect: 'openai', models: ['gpt-4o-mini'] });
}, 30_000);
afterEach(async () => {
  await made.dispose();
  await proxy.forget();
});
afterAll(() => proxy.stop());

function make(descriptor: ProviderDescriptor, isDeclaredLocal: boolean): typeof made {
  made = makeProvider(descriptor, { baseUrl: proxy.url, isDeclaredLocal });
  return made;
}

async function posted(): Promise<string[]> {
  return (await proxy.requests()).filter(({ method }) => method === 'POST').map(({ path }) => path);
}

describe.each([
  ['llamacpp', llamacpp],
  ['lmstudio', lmstudio],
  ['vllm', vllm],
])('a server on this machine that was called %s and shows no mark of it', (_kind, descriptor) => {
  test('is told as what it is, and gets no text', async () => {
    const { provider } = make(descriptor, false);
    expect(await provider.probe(signal)).toMatchObject({
      state: 'misconfigured',
      code: 'E_PRIVACY',
      remedy: expect.stringContaining('declaredLocal'),
    });
    await expect(provider.chat!('gpt-4o-mini', call)).rejects.toMatchObject({ code: 'E_PRIVACY' });
    const embedding = { ...call, role: 'query' } as unknown as EmbeddingCall;
    await expect(provider.embeddings!('gpt-4o-mini', embedding)).rejects.toMatchObject({ code: 'E_PRIVACY' });
    expect(await posted()).toEqual([]);
  });

  test('is used when the user declares that it is local', async () => {
    const { provider } = make(descriptor, true);
    await (await provider.chat!('gpt-4o-mini', call)).invoke('hi');
    expect(await posted()).toEqual(['/v1/chat/completions']);
  });
});

test('an engine that shows its mark is looked at once, and then used without a declaration', async () => {
  await proxy.reset({ dialect: 'llamacpp', models: ['m'] });
  const { provider } = make(llamacpp, false);
  for (let turn = 0; turn < 2; turn += 1) await (await provider.chat!('m', call)).invoke('hi');
  expect(await posted()).toHaveLength(2);
  const looks = (await proxy.requests()).filter(({ method, path }) => method === 'GET' && path === '/props');
  expect(looks).toHaveLength(1);
});
