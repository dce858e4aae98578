import { describe, expect, test } from '@jest/globals';
import { LOCAL_PRINCIPAL, type RouteTrace } from '../../../../src/index.ts';
import { createRig } from './rig.ts';

const TRACE: RouteTrace = {
  decision: {
    id: 'abc123',
    decidedAt: 0,
    request: { task: 'chat', needs: {}, privacy: 'any', principal: LOCAL_PRINCIPAL },
    strategy: 'local-first',
    chain: [{ ref: 'embedded:small', targetId: 'embedded/small', locality: 'local', score: 1 }],
    rejected: [
      { ref: 'openai:large', targetId: 'openai@x/large', reasons: [{ filter: 'privacy', text: 'cloud: not allowed' }] },
    ],
  },
  attempts: [
    {
      id: 'a1',
      decisionId: 'abc123',
      ordinal: 0,
      ref: 'embedded:small',
      targetId: 'embedded/small',
      startedAt: 0,
      outcome: 'answered',
      totalMs: 50,
    },
  ],
};

describe('ask', () => {
  test('answers the words of the command line and of standard input together', async () => {
    const { run, requests, terminal } = createRig({ terminal: { readInput: async () => 'a long text\n' } });
    const { result, text } = await run('ask', {
      question: ['Summarize', 'this'],
      model: 'embedded:small',
      local: true,
      temperature: 0,
    });
    expect(requests[0]?.messages[0]?.text).toBe('Summarize this\n\na long text');
    expect(requests[0]).toMatchObject({
      pinned: 'embedded:small',
      privacy: 'local-only',
      tools: 'auto',
      parameters: { temperature: 0 },
    });
    expect(result).toEqual({
      text: 'Paris',
      citations: [],
      interruptions: [],
      notices: [],
      costUsd: 0,
      model: 'embedded:small',
      decisionId: 'd1',
      tokens: { input: 5, output: 1, isEstimated: false },
      firstTokenMs: 12,
      milliseconds: 100,
      finishReason: 'stop',
    });
    expect(terminal.output.join('')).toBe('Paris\n');
    expect(text).toBe('');
  });

  test.each([
    [{ question: [] }, /no question/],
    [{ question: ['x'], strategy: 'best' }, /no strategy "best"/],
    [{ question: ['x'], model: 'small' }, /provider:model/],
  ])('says what is wrong with %j', async (args, message) => {
    await expect(createRig().run('ask', args)).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringMatching(message),
    });
  });

  test('fetches the embedded model before the first question it would answer, and only then', async () => {
    const first = createRig({ isPresent: false });
    await first.run('ask', { question: ['x'] });
    expect(first.prepared).toEqual(['prepared']);
    const forbidden = createRig({ isPresent: false, mayDownload: false });
    await forbidden.run('ask', { question: ['x'] });
    expect(forbidden.prepared).toEqual([]);
    const other = createRig({ isPresent: false, models: [{ providerId: 'ollama', modelId: 'llama' }] });
    await other.run('ask', { question: ['x'] });
    expect(other.prepared).toEqual([]);
  });
});

describe('chat', () => {
  test('begins a conversation of its own and tells how to go on with it', async () => {
    const { run, requests } = createRig({ lines: ['hello'] });
    const { result, text } = await run('chat');
    expect(requests[0]?.conversationId).toBe('new1');
    expect(result).toEqual({ conversationId: 'new1', turns: 1 });
    expect(text).toContain('wooster chat --conversation new1');
  });

  test('prints nothing when nothing was said', async () => {
    expect((await createRig().run('chat')).text).toBe('');
  });
});

describe('health-check', () => {
  test('exits 0 and names the model that would answer', async () => {
    const { exitCode, text } = await createRig().run('health-check');
    expect(exitCode).toBe(0);
    expect(text).toContain('A conversation can run: embedded:small would answer.');
  });

  test('exits 69 when no model may or can answer', async () => {
    const { exitCode, text, result } = await createRig({ models: [] }).run('health-check');
    expect(exitCode).toBe(69);
    expect(text).toBe('No conversation can run: no configured model may or can answer.');
    expect(result).toMatchObject({ canConverse: false, providers: [] });
  });
});

describe('what is kept in memory', () => {
  test('is loaded when a conversation begins', async () => {
    const rig = createRig();
    await rig.run('ask', { question: ['hi'] });
    expect(rig.preloads).toEqual(['preload']);
  });

  test('is told by the health check where two models put each other out', async () => {
    const text = 'ollama at 127.0.0.1:11434: a and b put each other out of memory; raise OLLAMA_MAX_LOADED_MODELS';
    const evictions = [
      { provider: 'ollama', serverId: 'ollama@127.0.0.1:11434', models: ['a', 'b'], swaps: 2, remedy: '', text },
    ] as const;
    const { text: shown, result } = await createRig({ evictions }).run('health-check');
    expect(shown).toContain(text);
    expect(result).toMatchObject({ evictions: [text] });
  });
});

describe('models', () => {
  test('lists what is known of each, and only local ones when asked', async () => {
    const models = [
      { providerId: 'embedded', modelId: 'small', hasTools: true },
      { providerId: 'openai', modelId: 'large', locality: 'cloud' },
      { providerId: 'ollama', modelId: '*' },
    ] as const;
    const all = await createRig({ models }).run('models');
    expect(all.text).toMatch(/embedded:small\s+local\s+ready\s+4,096\s+-\s+chat, tools/);
    expect(all.text).toContain('ollama told no model');
    const local = await createRig({ models }).run('models', { local: true });
    expect(local.text).not.toContain('openai:large');
  });

  test('says so when there is none', async () => {
    expect((await createRig({ models: [] }).run('models')).text).toBe('There is no model.');
  });
});

describe('status', () => {
  test('tells strategy, cloud, targets and the last decision', async () => {
    const { text, result } = await createRig({ traces: [TRACE] }).run('status');
    expect(text).toContain('cloud       not allowed: no setting permits it');
    expect(text).toContain('embedded:small answered on');
    expect(text).toContain('wooster why abc123');
    expect(result).toMatchObject({
      strategy: 'local-first',
      last: { decisionId: 'abc123', answeredBy: 'embedded:small' },
    });
  });

  test('names the settings that permit the cloud, and the one that refuses it', async () => {
    const providers = [
      { id: 'openai', kind: 'openai', isEnabled: true, permission: { origin: 'config/local.json: x' } },
    ] as never;
    expect((await createRig({ settings: { providers } }).run('status')).text).toContain(
      'allowed by config/local.json: x',
    );
    const routing = { cloudRefusal: { origin: 'environment: WOOSTER_LOCAL_ONLY' } } as never;
    expect((await createRig({ settings: { providers, routing } }).run('status')).text).toContain(
      'not allowed: environment: WOOSTER_LOCAL_ONLY',
    );
  });
});

describe('why', () => {
  test('shows the last decision, one by its id, and several', async () => {
    const rig = createRig({ traces: [TRACE] });
    for (const args of [{}, { decision: 'abc123' }, { last: 5 }]) {
      const { text } = await rig.run('why', args);
      expect(text).toContain('decision abc123');
      expect(text).toContain('cloud: not allowed');
      expect(text).toContain('answered');
    }
  });

  test('says so when nothing was decided, and for an id that is not there', async () => {
    expect((await createRig().run('why')).text).toMatch(/Nothing has been decided/);
    await expect(createRig().run('why', { decision: 'zzz' })).rejects.toMatchObject({ code: 'E_USAGE' });
  });
});

describe('use', () => {
  test('prefers a model for the workspace, and takes that back', async () => {
    const rig = createRig();
    await rig.run('use', { model: 'embedded:small' });
    await rig.run('use', { reset: true });
    expect(rig.router.switched).toEqual(['embedded:small', 'undefined']);
  });

  test('wants something to change', async () => {
    await expect(createRig().run('use')).rejects.toMatchObject({ code: 'E_USAGE' });
  });
});

describe('setup', () => {
  test('fetches and tells the path', async () => {
    const rig = createRig();
    expect((await rig.run('setup')).text).toBe(
      'The embedded model is ready: /models/small.gguf\nThe embedding model is ready: /models/all-minilm-l6-v2',
    );
    expect(rig.prepared).toEqual(['prepared']);
  });

  test('lists the models with their licence without fetching', async () => {
    const rig = createRig();
    const { text } = await rig.run('setup', { list: true });
    expect(text).toMatch(/qwen2\.5-coder-0\.5b-instruct-q4_k_m \*\s+chat\s.*491 MB\s+Apache-2\.0/);
    expect(text).toMatch(/all-minilm-l6-v2 \*\s+embeddings\s.*23 MB\s+Apache-2\.0/);
    expect(rig.prepared).toEqual([]);
  });
});
