import { describe, expect, test } from '@jest/globals';
import { CATALOGUE, PROVIDERS } from '../../src/index.ts';
import { createMemoryState } from '../../src/kernel/state/memory-state.ts';
import { ask, chatRequest, NEVER, pair, rigOf, scripted } from './doubles/rig.ts';
import { describeScripted } from './doubles/scripted-provider.ts';

function chainOf(decision: { chain: readonly { ref: string }[] }): string[] {
  return decision.chain.map(({ ref }) => ref);
}

describe('candidates', () => {
  test('a configured model that its server lacks is left out with what the server has', async () => {
    const only = scripted('only', [{ id: 'a' }, { id: 'b' }], { model: 'missing' });
    const decision = await rigOf({ providers: [only] }).router.decide(chatRequest(), NEVER);
    expect(chainOf(decision)).toEqual(['only:a', 'only:b']);
    expect(decision.rejected).toMatchObject([
      { ref: 'only:missing', reasons: [{ text: 'not on the server (has: a, b)' }] },
    ]);
  });

  test('a configured model is a candidate although the list cannot be read, and Ollama’s :latest is the same model', async () => {
    const silent = scripted('silent', [], { model: 'm' });
    const tagged = scripted('tagged', [{ id: 'm:latest' }], { model: 'm' });
    const decision = await rigOf({ providers: [silent, tagged] }).router.decide(chatRequest(), NEVER);
    expect(chainOf(decision)).toEqual(['silent:m', 'tagged:m:latest']);
  });

  test('a provider of an unknown kind, a wrong option and a switched-off provider say why they take no part', async () => {
    const { first, second } = pair();
    const unknown = { ...first, entry: { ...first.entry, id: 'unknown', kind: 'no-such-kind' } };
    const wrong = scripted('wrong', [], { options: { retriesLikeThis: 'many' } });
    const off = scripted('off', [], { isEnabled: false, disabledReason: 'MY_KEY is not set' });
    const badAddress = scripted('bad', [], {});
    const bad = { ...badAddress, entry: { ...badAddress.entry, baseUrl: 'ftp://x' } };
    const rig = rigOf({ providers: [second, unknown, wrong, off, bad] });
    const kinds = rig.extensions.list(PROVIDERS).filter(({ id }) => id !== 'no-such-kind');
    rig.extensions.put(PROVIDERS, kinds);
    expect(chainOf(await rig.router.decide(chatRequest(), NEVER))).toEqual(['second:m']);
    const reasons = Object.fromEntries(
      rig.router.status().disabled.map(({ providerId, reason }) => [providerId, reason]),
    );
    expect(reasons).toMatchObject({
      unknown: 'no plugin provides the kind "no-such-kind" (config/local.json: providers)',
      wrong: expect.stringContaining('retriesLikeThis'),
      off: 'MY_KEY is not set',
      bad: expect.stringContaining('not an http address'),
    });
  });

  test('a kind that a plugin brings at run time takes part from the next decision on, and leaves with it', async () => {
    const { first } = pair();
    const rig = rigOf({ providers: [first] });
    rig.extensions.put(PROVIDERS, []);
    expect(chainOf(await rig.router.decide(chatRequest(), NEVER))).toEqual([]);
    rig.extensions.put(PROVIDERS, [describeScripted('kind-first', 'local', () => first.provider)]);
    expect(chainOf(await rig.router.decide(chatRequest(), NEVER))).toEqual(['first:m']);
    rig.extensions.put(PROVIDERS, []);
    expect(chainOf(await rig.router.decide(chatRequest(), NEVER))).toEqual([]);
    expect(first.provider.isDisposed).toBe(true);
  });

  test('the catalogue fills what the server did not tell, and nothing else', async () => {
    const only = scripted('only', [{ id: 'Model-7B', can: { chat: true, tools: false } }]);
    const rig = rigOf({ providers: [only] });
    const facts = { capabilities: { tools: true, vision: true }, contextTokens: 32_000 };
    rig.extensions.put(CATALOGUE, [{ id: 'x', matches: ['model-*'], source: 'test', date: '2026-01-01', ...facts }]);
    await rig.router.decide(chatRequest(), NEVER);
    const [target] = rig.router.status().targets;
    expect(target?.model.contextTokens).toEqual({ value: 32_000, origin: 'catalogue' });
    expect(target?.model.capabilities).toMatchObject({
      tools: { value: false, origin: 'server' },
      vision: { value: true },
    });
  });

  test('the order of LLM_FALLBACK_ORDER and the preferred provider come before priorities', async () => {
    const entries = ['a', 'b', 'c'].map((id, index) => scripted(id, [{ id: 'm' }], { priority: index }));
    const ordered = rigOf({ providers: entries, routing: { fallbackOrder: ['c', 'b'] } });
    expect(chainOf(await ordered.router.decide(chatRequest(), NEVER))).toEqual(['c:m', 'b:m', 'a:m']);
    const preferred = rigOf({
      providers: entries,
      routing: { preferredProvider: { id: 'b', isPinned: false, origin: 'environment: LLM_DEFAULT_PROVIDER' } },
    });
    expect(chainOf(await preferred.router.decide(chatRequest(), NEVER))).toEqual(['b:m', 'a:m', 'c:m']);
    const pinned = rigOf({
      providers: entries,
      routing: { preferredProvider: { id: 'b', isPinned: true, origin: 'x' } },
    });
    expect(chainOf(await pinned.router.decide(chatRequest(), NEVER))).toEqual(['b:m']);
  });
});

describe('no route', () => {
  test('with everything stopped, the error has a reason for each candidate', async () => {
    const { first, second } = pair();
    const unlisted = scripted('third', []);
    const cloud = scripted('cloud', [], { locality: 'cloud', model: 'gpt', permission: { origin: 'test' } });
    for (const { provider } of [first, second, unlisted]) provider.isUp = false;
    const rig = rigOf({
      providers: [first, second, unlisted, cloud],
      routing: { privacy: 'local-only', privacyOrigin: 'file: x' },
    });
    const startedAt = performance.now();
    await expect(ask(rig)).rejects.toMatchObject({
      code: 'E_NO_ROUTE',
      details: {
        reasons: [
          expect.stringMatching(/^first@127.0.0.1:\d+\/m: down: E_UNREACHABLE connection refused/),
          expect.stringMatching(/^second@127.0.0.1:\d+\/m: down: E_UNREACHABLE connection refused/),
          expect.stringMatching(/^third@127.0.0.1:\d+\/\*: .*down: E_UNREACHABLE connection refused/),
          'cloud@api.example.com/gpt: cloud: the call is local-only (file: x)',
        ],
      },
    });
    expect(performance.now() - startedAt).toBeLessThan(900);
    expect([cloud.provider.probes, cloud.provider.lists, cloud.provider.calls]).toEqual([0, 0, 0]);
  });

  test('what was last seen by an earlier process is looked at again before it is told', async () => {
    const only = scripted('only', [{ id: 'm' }], { model: 'm' });
    only.provider.isUp = false;
    const rig = rigOf({ providers: [only] });
    await rig.router.decide(chatRequest(), NEVER);
    rig.clock.advance(9_000);
    const { rejected } = await rig.router.decide(chatRequest(), NEVER);
    expect(rejected[0]?.reasons[0]?.text).toMatch(/\(seen now\)$/);
  });

  test('when health alone leaves nobody, one more look brings back what has recovered', async () => {
    const only = scripted('only', [{ id: 'm' }]);
    const rig = rigOf({ providers: [only] });
    only.provider.isUp = false;
    await expect(ask(rig)).rejects.toMatchObject({ code: 'E_NO_ROUTE' });
    only.provider.isUp = true;
    rig.clock.advance(600);
    expect((await ask(rig)).text).toBe('hello');
  });

  test('a pinned model that nobody has, and one that privacy forbids, are told apart', async () => {
    const { first } = pair();
    const cloud = scripted('cloud', [], { locality: 'cloud', model: 'gpt' });
    const rig = rigOf({ providers: [first, cloud] });
    await expect(ask(rig, 'hi', { pinned: 'first:other' })).rejects.toMatchObject({
      code: 'E_NO_ROUTE',
      message: expect.stringContaining('not on the server (has: m)'),
    });
    await expect(ask(rig, 'hi', { pinned: 'nobody:other' })).rejects.toMatchObject({
      code: 'E_NO_ROUTE',
      message: expect.stringContaining('nobody:other: no configured provider has it'),
    });
    await expect(ask(rig, 'hi', { pinned: 'cloud:gpt' })).rejects.toMatchObject({
      code: 'E_PRIVACY',
      message: expect.stringContaining('cloud: not allowed'),
    });
  });
});

describe('switches', () => {
  test('the narrowest scope wins, and all but the process last', async () => {
    const entries = ['a', 'b', 'c', 'd', 'e', 'f'].map((id, index) => scripted(id, [{ id: 'm' }], { priority: index }));
    const state = createMemoryState();
    const { router } = rigOf({ providers: entries, state });
    const request = chatRequest({ conversationId: 'talk', project: 'work' });
    const first = async (of = router) => (await of.decide(request, NEVER)).chain[0]?.ref;
    await router.switchModel('b:m', { kind: 'workspace' });
    expect(await first()).toBe('b:m');
    await router.switchModel('c:m', { kind: 'process' });
    expect(await first()).toBe('c:m');
    await router.switchModel('d:m', { kind: 'principal', id: 'local' });
    expect(await first()).toBe('d:m');
    await router.switchModel('e:m', { kind: 'project', id: 'work' });
    expect(await first()).toBe('e:m');
    await router.switchModel('f:m', { kind: 'conversation', id: 'talk' });
    expect(await first()).toBe('f:m');
    expect((await router.decide(chatRequest(), NEVER)).chain[0]?.ref).toBe('d:m');
    expect(router.status().switches.map(({ scope }) => scope.kind)).toEqual([
      'conversation',
      'project',
      'principal',
      'process',
      'workspace',
    ]);
    const other = rigOf({ providers: entries, state }).router;
    expect(await first(other)).toBe('f:m');
    for (const scope of [
      { kind: 'conversation', id: 'talk' },
      { kind: 'project', id: 'work' },
      { kind: 'principal', id: 'local' },
    ] as const) {
      await other.switchModel(undefined, scope);
    }
    expect(await first(other)).toBe('b:m');
  });

  test('a model that no provider knows is refused with those that are known', async () => {
    const { first, second } = pair();
    const { router } = rigOf({ providers: [first, second] });
    await expect(router.switchModel('first:typo', { kind: 'workspace' })).rejects.toMatchObject({
      code: 'E_USAGE',
      message: 'no provider knows the model first:typo (known: first:m, second:m)',
    });
  });

  test('a strategy holds for its scope; one that went away gives way to local-first, with one warning', async () => {
    const local = scripted('local', [{ id: 'm' }]);
    const cloud = scripted('cloud', [], { locality: 'cloud', model: 'gpt', permission: { origin: 'test' } });
    const rig = rigOf({ providers: [local, cloud], routing: { strategy: 'gone' } });
    expect(chainOf(await rig.router.decide(chatRequest(), NEVER))).toEqual(['local:m', 'cloud:gpt']);
    await rig.router.decide(chatRequest(), NEVER);
    expect(rig.log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    await rig.router.setStrategy('cloud-first', { kind: 'conversation', id: 'talk' });
    expect(chainOf(await rig.router.decide(chatRequest({ conversationId: 'talk' }), NEVER))).toEqual([
      'cloud:gpt',
      'local:m',
    ]);
    await rig.router.setStrategy('local-only', { kind: 'workspace' });
    expect(rig.router.status()).toMatchObject({ strategy: 'local-only', isLocalOnly: true });
    expect(chainOf(await rig.router.decide(chatRequest(), NEVER))).toEqual(['local:m']);
    await expect(rig.router.decide(chatRequest({ strategy: 'no-such' }), NEVER)).rejects.toMatchObject({
      code: 'E_USAGE',
    });
  });

  test('calls with one sticky key stay with the model that answered, until a switch', async () => {
    const { first, second } = pair();
    const { router, clock } = rigOf({ providers: [first, second] });
    const model = await router.model({ stickyKey: 'turn-1' });
    first.provider.report = { state: 'busy', latencyMs: 1, detail: 'queue is full' };
    expect((await model.invoke('hi')).response_metadata.provider).toBe('second');
    first.provider.report = undefined;
    clock.advance(31_000);
    await model.invoke('hi');
    expect((await model.invoke('hi')).response_metadata.provider).toBe('second');
    expect((await (await router.model()).invoke('hi')).response_metadata.provider).toBe('first');
    await router.switchModel('first:m', { kind: 'process' });
    expect((await model.invoke('hi')).response_metadata.provider).toBe('first');
  });
});
