import { describe, expect, test } from '@jest/globals';
import type { ModelsPorts } from '../../../../plugins/local-model/actions/models/models-ports.ts';
import { demoSteps } from '../../../../plugins/local-model/demo/demo-steps.ts';
import type { EmbeddedRuntime } from '../../../../plugins/local-model/runtime/embedded-runtime.ts';
import { LOCAL_PRINCIPAL, type AgentRequest, type ProgressUpdate, type RouteTrace } from '../../../../src/index.ts';
import { embeddingsFactoryDouble } from '../../../doubles/embeddings-double.ts';
import { createExtensionsDouble } from '../../../doubles/extensions-double.ts';
import { createRouterDouble } from '../../../doubles/router-double.ts';
import { ScriptedChatModel } from '../../../doubles/scripted-chat-model.ts';
import { createTerminalDouble } from '../../../doubles/terminal-double.ts';

const DECISION: RouteTrace['decision'] = {
  id: 'd1',
  decidedAt: 0,
  request: { task: 'chat', needs: {}, privacy: 'any', principal: LOCAL_PRINCIPAL },
  strategy: 'local-first',
  chain: [{ ref: 'embedded:small', targetId: 'embedded/small', locality: 'local', score: 1 }],
  rejected: [],
};

function setUp(options: { traces?: readonly RouteTrace[]; discovery?: unknown } = {}) {
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
    keeper: () => ({ preload: async () => {}, evictions: async () => [] }),
    extensions: createExtensionsDouble([]),
    settings: { providers: [] },
    discoverPorts: () => ({
      discovery: options.discovery,
      settings: { providers: [] },
      extensions: createExtensionsDouble([]),
      configDirectory: '/nowhere',
    }),
    clock: { now: () => 0, monotonic: () => 0 },
  } as unknown as ModelsPorts;
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

describe('the step of the found servers', () => {
  const found = {
    address: '127.0.0.1:11434',
    baseUrl: 'http://127.0.0.1:11434',
    engine: 'ollama',
    name: 'Ollama',
    version: '0.32.2',
    models: ['tiny'],
    state: 'ready',
    latencyMs: 3,
    isDeclared: false,
  };

  test('shows what runs on this machine, and what to do to use it', async () => {
    const discovery = { discover: async () => ({ servers: [found], silentHosts: [], totalMs: 12 }) };
    const text = await setUp({ discovery }).run('found-servers');
    expect(text).toMatch(/Ollama 0\.32\.2\s+127\.0\.0\.1:11434\s+tiny\s+ready/);
    expect(text).toContain('Found 1 server in 12 ms.');
    expect(text).toContain('--save');
  });

  test('looks for none where a setting forbids it, and says which', async () => {
    const { run, terminal } = setUp({ discovery: { refusal: 'discovery.mode is off' } });
    expect(await run('found-servers')).toBe('');
    expect(terminal.notes).toEqual(['not looked for: discovery.mode is off']);
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
