import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { BaseMessage } from '@langchain/core/messages';
import { LOCAL_PRINCIPAL, type CallContext, type Provider } from 'wooster';
import { openai } from '../../../../plugins/cloud-models/clouds.ts';
import { llamacpp } from '../../../../plugins/local-model/providers/presets/llamacpp.ts';
import { ollama } from '../../../../plugins/local-model/providers/presets/ollama.ts';
import { createPermitOffice } from '../../../../src/kernel/http/permit-office.ts';
import { ChatOperation } from '../../../../src/routing/chat/chat-operation.ts';
import { startFakeModelServer, type FakeModelServer } from '../../../fakes/fake-model-server.ts';
import { makeProvider } from '../../../plugins/local-model/providers/preset-setup.ts';
import { CONVERSATIONS, PIXEL, PIXEL_URL, REASONING, SEAL } from './conversations.ts';
import { faultsOnWire, NINE_ID, type WireMessage } from './wire-rules.ts';

const permits = createPermitOffice();
const permit = permits.issue({ providerId: 'openai', decisionId: 'd1', grantedBy: 'a test' });
const undo: (() => Promise<void>)[] = [];
let server: FakeModelServer;

beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'openai', models: ['m'] });
}, 30_000);
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});
afterAll(() => server.stop());

type Wire = 'openai' | 'llamacpp' | 'ollama';

async function makeTarget(wire: Wire, model: string): Promise<{ provider: Provider; isCloud: boolean }> {
  const isCloud = wire === 'openai';
  const reply = { text: 'Rain.' };
  await server.reset({
    dialect: wire,
    reply,
    models: [{ id: model, capabilities: ['completion', 'tools', 'vision'] }],
  });
  const descriptor = { openai, llamacpp, ollama }[wire];
  const entry = isCloud ? { key: 'sk', needsPermit: true, permits } : {};
  const { provider, dispose } = makeProvider(descriptor, { baseUrl: server.url, ...entry });
  undo.push(dispose);
  return { provider, isCloud };
}

/** The messages of the one chat request that a model is sent for a conversation. */
async function send(messages: BaseMessage[], wire: Wire, model = 'm'): Promise<WireMessage[]> {
  const { provider, isCloud } = await makeTarget(wire, model);
  const call: CallContext = {
    parameters: {},
    limits: { connectMs: 1000, loadMs: 1000, firstTokenMs: 5000, idleMs: 5000, totalMs: 10_000 },
    principal: LOCAL_PRINCIPAL,
    attemptId: 'a',
    signal: new AbortController().signal,
    ...(isCloud ? { permit } : {}),
  };
  let text = '';
  for await (const chunk of new ChatOperation(messages, {}).run(provider, model, call)) text += chunk.text;
  expect(text).toBe('Rain.');
  const requests = await server.requests(500);
  const chat = requests.filter(({ path }) => path === '/v1/chat/completions' || path === '/api/chat');
  expect(chat).toHaveLength(1);
  return (chat[0]!.body as { messages: WireMessage[] }).messages;
}

describe.each(Object.entries(CONVERSATIONS))('a conversation with %s', (name, make) => {
  const calls = name.startsWith('a llama-server') ? 3 : 1;

  test.each<Wire>(['openai', 'llamacpp'])(
    'reaches the %s wire by its rules, with text, picture and tools',
    async (wire) => {
      const messages = make();
      const before = JSON.stringify(messages);
      const sent = await send(messages, wire);
      expect(JSON.stringify(messages)).toBe(before);
      expect(faultsOnWire(sent)).toEqual([]);
      const written = JSON.stringify(sent);
      expect(written).not.toContain(SEAL);
      expect(written).toContain('18 degrees');
      expect(written).toContain('And tomorrow?');
      const question = sent.find(({ role }) => role === 'user');
      expect(question?.content).toEqual([
        { type: 'text', text: 'What is this, and the weather?' },
        { type: 'image_url', image_url: expect.objectContaining({ url: PIXEL_URL }) },
      ]);
      expect(sent.flatMap((message) => (message.tool_calls as unknown[] | undefined) ?? [])).toHaveLength(calls);
      if (wire === 'openai') expect(written).not.toContain(REASONING);
    },
  );

  test('reaches the wire of Ollama with its reasoning, and the same ids each time', async () => {
    const sent = await send(make(), 'ollama');
    const written = JSON.stringify(sent);
    expect(written).not.toContain(SEAL);
    expect(written).toContain(`"thinking":"${REASONING}"`);
    expect(sent.find(({ role }) => role === 'user')).toMatchObject({ images: [PIXEL] });
    expect(sent.filter(({ role }) => role === 'tool')).toHaveLength(calls);
    expect(await send(make(), 'ollama')).toEqual(sent);
  });

  test('gives a model of the Mistral family ids of nine letters and digits', async () => {
    const sent = await send(make(), 'llamacpp', 'Mistral-7B-Instruct-v0.3.Q4_K_M');
    expect(faultsOnWire(sent, NINE_ID)).toEqual([]);
  });
});
