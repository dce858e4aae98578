import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ActionPorts } from '../../../../plugins/local-model/actions/action-ports.ts';
import { demoSteps } from '../../../../plugins/local-model/demo/demo-steps.ts';
import { localProviders } from '../../../../plugins/local-model/providers/local-providers.ts';
import type { EmbeddedRuntime } from '../../../../plugins/local-model/runtime/embedded-runtime.ts';
import {
  LOCAL_PRINCIPAL,
  PROVIDERS,
  type AgentRequest,
  type ProviderDescriptor,
  type ProgressUpdate,
  type RouteTrace,
} from '../../../../src/index.ts';
import { embeddingsFactoryDouble } from '../../../doubles/embeddings-double.ts';
import { createExtensionsDouble } from '../../../doubles/extensions-double.ts';
import { createRouterDouble } from '../../../doubles/router-double.ts';
import { ScriptedChatModel } from '../../../doubles/scripted-chat-model.ts';
import { createTerminalDouble } from '../../../doubles/terminal-double.ts';
import { startFakeModelServer, type FakeModelServer } from '../../../fakes/fake-model-server.ts';

let server: FakeModelServer;
let mute: Server;
let closedUrl: string;
let muteUrl: string;

const addressOf = (listening: Server): string => `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
const listening = async (made: Server): Promise<Server> => {
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return made;
};

beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'openai', models: ['tiny'] });
  mute = await listening(createServer(() => {}));
  muteUrl = addressOf(mute);
  const closed = await listening(createServer());
  closedUrl = addressOf(closed);
  await new Promise((resolve) => closed.close(resolve));
}, 30_000);
afterAll(async () => {
  await server.stop();
  mute.close();
});

const DECISION: RouteTrace['decision'] = {
  id: 'd1',
  decidedAt: 0,
  request: { task: 'chat', needs: {}, privacy: 'any', principal: LOCAL_PRINCIPAL },
  strategy: 'local-first',
  chain: [{ ref: 'embedded:small', targetId: 'embedded/small', locality: 'local', score: 1 }],
  rejected: [],
};

function setUp(options: { traces?: readonly RouteTrace[]; presets?: readonly Partial<ProviderDescriptor>[] } = {}) {
  const requests: AgentRequest[] = [];
  const updates: ProgressUpdate[] = [];
  const listeners = new Set<unknown>();
  const terminal = createTerminalDouble();
  const runtime = {
    modelId: 'small',
    isPresent: async () => false,
    onPreparation: (listener: { update(update: ProgressUpdate): void }) => {
      listeners.add(listener);
      listener.update({ label: 'fetching', done: 1, total: 2, unit: 'bytes' });
      return { dispose: () => void listeners.delete(listener) };
    },
    prepare: async (_signal: AbortSignal, isAskedFor: boolean) => {
      if (!isAskedFor) throw new Error('may not fetch unasked');
      return { modelPath: '/models/small.gguf', enginePackage: 'engine' };
    },
    embedders: {
      wanted: () => [{ id: 'tiny-embedder' }],
      isPresent: async () => true,
      prepare: async () => ({ tokenizerPath: '/models/tiny-embedder/tokenizer.json' }),
    },
  };
  const ports = {
    embeddings: () => embeddingsFactoryDouble(),
    router: () => createRouterDouble(new ScriptedChatModel([]), [{ providerId: 'embedded', modelId: 'small' }]),
    decisions: () => ({
      get: (id: string) => options.traces?.find(({ decision }) => decision.id === id),
      list: () => [],
    }),
    agent: () => ({
      run: async function* (request: AgentRequest) {
        requests.push(request);
        yield { kind: 'text', text: 'An answer.' };
        const usage = { inputTokens: 5, outputTokens: 1, isEstimated: false };
        const figures = { firstTokenMs: 1, totalMs: 2, finishReason: 'stop', messages: [], citations: [] };
        yield {
          kind: 'finished',
          reply: { text: 'An answer.', ref: 'embedded:small', decisionId: 'd1', usage, ...figures },
        };
      },
    }),
    extensions: createExtensionsDouble([[PROVIDERS, options.presets ?? []]]),
    settings: { providers: [] },
    clock: { now: () => 0, monotonic: () => 0 },
  } as unknown as ActionPorts;
  const steps = demoSteps(ports, runtime as unknown as EmbeddedRuntime);
  const run = async (id: string, signal = new AbortController().signal): Promise<string> => {
    const progress = {
      update: (update: ProgressUpdate) => void updates.push(update),
      note: () => {},
      finish: () => {},
    };
    await steps.find((step) => step.id === id)!.run({ signal, progress, principal: LOCAL_PRINCIPAL, terminal }, {});
    return terminal.output.join('');
  };
  return { run, runtime, requests, updates, listeners, terminal };
}

/** Presets with their default address, beside the real one that recognises engines. */
function presetsAt(addresses: Readonly<Record<string, string>>): readonly Partial<ProviderDescriptor>[] {
  const [recogniser] = localProviders({} as never).filter(({ id }) => id === 'openai-compatible');
  const presets = Object.entries(addresses).map(([id, defaultBaseUrl]) => ({
    id,
    locality: 'local' as const,
    defaultBaseUrl,
  }));
  return [{ ...recogniser, defaultBaseUrl: undefined }, ...presets];
}

describe('the step of the local ports', () => {
  test('looks once at each default address and tells what answers, for whom, and how to use it', async () => {
    const presets = presetsAt({ one: server.url, two: closedUrl, three: closedUrl, four: muteUrl });
    const cloud = { id: 'cloud', locality: 'cloud' as const, defaultBaseUrl: 'http://127.0.0.1:1' };
    const { run, terminal } = setUp({ presets: [...presets, cloud] });
    const lines = (await run('local-ports')).split('\n');
    const lineOf = (url: string): string => lines.filter((line) => line.includes(url)).join('\n');
    expect(lineOf(server.url)).toMatch(/one .*\(ready\)/);
    expect(lineOf(closedUrl)).toMatch(/two, three +nothing answers/);
    expect(lineOf(muteUrl)).toMatch(/four +nothing answers/);
    expect(lines.join('\n')).not.toContain('cloud');
    expect(terminal.notes).toEqual([expect.stringContaining('docs/local-servers.md')]);
  });

  test('gives no advice where nothing answers, and looks at nothing without the preset that recognises', async () => {
    const closed = setUp({ presets: presetsAt({ one: closedUrl }) });
    await closed.run('local-ports');
    expect(closed.terminal.notes).toEqual([]);
    const none = setUp({ presets: [{ id: 'one', locality: 'local', defaultBaseUrl: server.url }] });
    expect(await none.run('local-ports')).not.toContain(server.url);
  });

  test('ends when the demo is interrupted', async () => {
    const { run } = setUp({ presets: presetsAt({ one: muteUrl }) });
    await expect(run('local-ports', AbortSignal.timeout(50))).rejects.toThrow();
  });
});

describe('the step of the set-up', () => {
  test('fetches with progress, also where downloads are not automatic, and stops listening', async () => {
    const { run, updates, listeners } = setUp();
    expect(await run('setup')).toBe('ready: /models/small.gguf\nready: /models/tiny-embedder\n');
    expect(updates).toHaveLength(1);
    expect(listeners.size).toBe(0);
  });

  test('tells that the model was here, and stops listening also when fetching fails', async () => {
    const present = setUp();
    present.runtime.isPresent = async () => true;
    expect(await present.run('setup')).toBe('already here: /models/small.gguf\nalready here: /models/tiny-embedder\n');
    const failing = setUp();
    failing.runtime.prepare = () => Promise.reject(new Error('no disk'));
    await expect(failing.run('setup')).rejects.toThrow('no disk');
    expect(failing.listeners.size).toBe(0);
  });
});

describe('the step of the question', () => {
  test('asks the embedded model only, with no tools, and shows the decision behind the answer', async () => {
    const { run, requests, terminal } = setUp({ traces: [{ decision: DECISION, attempts: [] }] });
    const text = await run('questions');
    expect(requests).toHaveLength(1);
    for (const { pinned, tools, parameters, messages } of requests) {
      expect({ pinned, tools, temperature: parameters?.temperature }).toEqual({
        pinned: 'embedded:small',
        tools: 'none',
        temperature: 0,
      });
      expect(text).toContain(`you> ${messages[0]?.text}\nAn answer.\n`);
    }
    expect(terminal.notes.filter((note) => note.includes('embedded:small')).length).toBeGreaterThanOrEqual(1);
    expect(await requests[0]?.approvals({} as never, {}, new AbortController().signal)).toBe(false);
  });

  test('goes on without the decision when it is no longer in the log', async () => {
    const { run, requests } = setUp();
    await run('questions');
    expect(requests).toHaveLength(1);
  });
});

test('a folder of the person needs the set-up and none of the other steps', () => {
  const steps = demoSteps({} as never, {} as never);
  expect(steps.filter(({ isForFolders }) => isForFolders).map(({ id }) => id)).toEqual(['setup']);
});

describe('the step of health', () => {
  test('is the last of the steps and shows what the health check shows', async () => {
    expect(await setUp().run('health')).toContain('embedded:small would answer');
    const orders = demoSteps({} as never, {} as never).map(({ order }) => order);
    expect(orders).toEqual(orders.toSorted((one, other) => one - other));
  });
});
