import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createChatEngine } from '../../../../plugins/local-model/engine/create-engine.ts';
import { embedded } from '../../../../plugins/local-model/providers/embedded.ts';
import { llamacpp } from '../../../../plugins/local-model/providers/presets/llamacpp.ts';
import { mlx } from '../../../../plugins/local-model/providers/presets/mlx.ts';
import { ollama } from '../../../../plugins/local-model/providers/presets/ollama.ts';
import {
  BUILT_IN_FILTERS,
  BUILT_IN_STRATEGIES,
  createGuardedHttp,
  createModelRouter,
  createPermitOffice,
  FILTERS,
  PROVIDERS,
  STRATEGIES,
  type HostSettings,
  type ModelRouter,
  type ProviderDescriptor,
} from '../../../../src/index.ts';
import { createMemoryState } from '../../../../src/kernel/state/memory-state.ts';
import { createExtensionsDouble } from '../../../doubles/extensions-double.ts';
import { startFakeModelServer, type FakeModelServer } from '../../../fakes/fake-model-server.ts';
import { routingSettings } from '../../../routing/doubles/rig.ts';
import { isPrefix } from '../../../routing/chat/structured/is-prefix.ts';

const ORDER = z.object({
  customer: z.object({ name: z.string(), mail: z.email(), tier: z.enum(['free', 'paid']) }),
  lines: z.array(z.object({ article: z.string(), count: z.number().int().min(1) })).min(1),
  shipping: z.discriminatedUnion('by', [
    z.object({ by: z.literal('post'), address: z.string() }),
    z.object({ by: z.literal('pickup'), shop: z.object({ city: z.string(), open: z.boolean() }) }),
  ]),
});

const VALUE: z.infer<typeof ORDER> = {
  customer: { name: 'Ada "Countess" Lovelace', mail: 'ada@example.org', tier: 'paid' },
  lines: [
    { article: 'gear', count: 12 },
    { article: 'card', count: 1 },
  ],
  shipping: { by: 'pickup', shop: { city: 'London', open: true } },
};

const JSON_TEXT = JSON.stringify(VALUE);
const PROSE = `Sure, here is the {order}:\n\`\`\`json\n${JSON.stringify(VALUE, null, 2)}\n\`\`\`\nAnything else?`;
const LIMITS = { connectMs: 2_000, loadMs: 20_000, firstTokenMs: 20_000, idleMs: 20_000, totalMs: 40_000 };
const FAKE_PACKAGE = fileURLToPath(new URL('../engine/fake-engine-package.ts', import.meta.url));

/** A router over one provider. */
function routerOf(descriptor: ProviderDescriptor, baseUrl?: string): ModelRouter {
  const entry = {
    id: 'house',
    kind: descriptor.id,
    isEnabled: true,
    isDeclaredLocal: true,
    baseUrl,
    priority: 1,
    options: {},
    origin: 'the test',
  };
  return createModelRouter({
    settings: {
      routing: routingSettings({ limits: LIMITS }),
      providers: [entry],
      embeddings: { projects: { isEnabled: false }, userProfile: { isEnabled: false } },
    } as unknown as HostSettings,
    extensions: createExtensionsDouble([
      [PROVIDERS, [descriptor]],
      [FILTERS, BUILT_IN_FILTERS],
      [STRATEGIES, BUILT_IN_STRATEGIES],
    ]),
    permits: createPermitOffice(),
    createHttp: createGuardedHttp,
    clock: { now: Date.now, monotonic: () => performance.now() },
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    state: createMemoryState(),
  });
}

/** The answer whole and in parts, of which each is a part of the end. */
async function answers(router: ModelRouter, question: string): Promise<unknown[]> {
  const output = (await router.model()).withStructuredOutput(ORDER, { name: 'order' });
  const parts: unknown[] = [];
  for await (const part of await output.stream(question)) parts.push(structuredClone(part));
  expect(parts.filter((part) => !isPrefix(part, VALUE))).toEqual([]);
  return [await output.invoke(question), parts.at(-1)];
}

let server: FakeModelServer;
beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'ollama', models: ['m'] });
}, 30_000);
afterAll(() => server.stop());

/** Where each wire has the schema, if it has one. */
interface Body {
  readonly format?: object;
  readonly response_format?: { readonly json_schema: { readonly schema: object } };
}
type Sent = (body: Body) => object | undefined;
interface Wire {
  readonly descriptor: ProviderDescriptor;
  readonly dialect: 'ollama' | 'llamacpp' | 'mlx';
  readonly text: string;
  readonly sent: Sent;
}
const heldSchema: Sent = ({ response_format: format }) => format?.json_schema.schema;
const WIRES: readonly [string, Wire][] = [
  ['Ollama', { descriptor: ollama, dialect: 'ollama', text: JSON_TEXT, sent: ({ format }) => format }],
  ['llama-server', { descriptor: llamacpp, dialect: 'llamacpp', text: JSON_TEXT, sent: heldSchema }],
  ['mlx, which writes words around it', { descriptor: mlx, dialect: 'mlx', text: PROSE, sent: heldSchema }],
];

describe('an order with objects, lists, values to choose from and a choice', () => {
  test.each(WIRES)('comes right through the router from %s', async (_, { descriptor, dialect, text, sent }) => {
    await server.reset({ dialect, models: ['m'], reply: { tokens: text.match(/[^]{1,4}/g) ?? [] } });
    await using router = Object.assign(routerOf(descriptor, server.url), {
      [Symbol.asyncDispose]: () => router.dispose(),
    });
    expect(await answers(router, 'Order gears')).toEqual([VALUE, VALUE]);
    const chats = (await server.requests(500)).filter(({ path }) => /chat/.test(path));
    const schema = sent(chats[0]!.body as Body);
    if (dialect === 'mlx') expect(JSON.stringify(chats[0]!.body)).toContain('fits this schema');
    else expect(schema).toMatchObject({ type: 'object', required: ['customer', 'lines', 'shipping'] });
    // What their grammars cannot say is checked here.
    expect(JSON.stringify(schema ?? '')).not.toContain('pattern');
  });

  test('comes right through the router from the engine of the house', async () => {
    await using engine = Object.assign(
      createChatEngine({
        modelPath: FAKE_PACKAGE,
        modelId: 'played',
        contextTokens: 4_000,
        threads: 1,
        slots: 1,
        gpu: false,
        enginePackage: FAKE_PACKAGE,
        loadTimeoutMs: 20_000,
      }),
      { [Symbol.asyncDispose]: () => engine.dispose() },
    );
    const descriptor = embedded({
      modelId: 'played',
      mayDownload: false,
      entry: () => ({ title: 'Played', engine: 'node-llama-cpp', tools: 'grammar' }),
      isPresent: async () => true,
      isRunning: () => true,
      endpoint: (signal) => engine.endpoint(signal),
      dispose: () => {},
    });
    await using router = Object.assign(routerOf(descriptor), { [Symbol.asyncDispose]: () => router.dispose() });
    expect(await answers(router, JSON.stringify({ words: JSON_TEXT }))).toEqual([VALUE, VALUE]);
  }, 40_000);
});
