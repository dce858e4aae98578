import { describe, expect, test } from '@jest/globals';
import type { CloudPermit, PermitOffice, ProviderDescriptor } from '../../src/index.ts';
import { PROVIDERS } from '../../src/index.ts';
import { localityOfEntry } from '../../src/routing/targets/entries/entry-locality.ts';
import { ask, chatRequest, NEVER, rigOf, scripted } from './doubles/rig.ts';

const permission = { origin: 'config/llm_providers.yaml: openai.enabled' };

function mixed(change: Parameters<typeof scripted>[2] = {}) {
  const local = scripted('local', [{ id: 'm' }]);
  const cloud = scripted('cloud', [], { locality: 'cloud', model: 'gpt', ...change });
  return { local, cloud };
}

describe('the privacy line', () => {
  test('a cloud that no setting permits is neither called, probed nor listed', async () => {
    const { local, cloud } = mixed();
    const rig = rigOf({ providers: [local, cloud] });
    await rig.router.refresh(NEVER);
    await ask(rig);
    local.provider.isUp = false;
    rig.clock.advance(40_000);
    await rig.router.refresh(NEVER);
    await expect(ask(rig)).rejects.toMatchObject({ code: 'E_NO_ROUTE' });
    expect([cloud.provider.calls, cloud.provider.probes, cloud.provider.lists]).toEqual([0, 0, 0]);
    expect(rig.permits.issued).toBe(0);
  });

  test('a permitted cloud gets a permit for the one call of the one decision', async () => {
    const { local, cloud } = mixed({ permission });
    local.provider.isUp = false;
    const rig = rigOf({ providers: [local, cloud] });
    const wasIssued: boolean[] = [];
    cloud.provider.script = () => {
      wasIssued.push(rig.permits.isIssued(cloud.provider.contexts[0]?.permit, 'cloud'));
      return ['hello'];
    };
    const reply = await ask(rig);
    const permit = cloud.provider.contexts[0]?.permit as CloudPermit;
    expect(permit).toEqual({
      providerId: 'cloud',
      decisionId: reply.response_metadata.decisionId,
      grantedBy: permission.origin,
    });
    expect(wasIssued).toEqual([true]);
    // Whoever has kept it can send nothing with it once its attempt has ended.
    expect(rig.permits.isIssued(permit, 'cloud')).toBe(false);
    expect(rig.permits.issued).toBe(1);
    expect(rig.https).toMatchObject([
      { providerId: 'local', needsPermit: false },
      { providerId: 'cloud', needsPermit: true },
    ]);
  });

  test('local calls carry no permit', async () => {
    const { local, cloud } = mixed({ permission });
    await ask(rigOf({ providers: [local, cloud] }));
    expect(local.provider.contexts[0]?.permit).toBeUndefined();
  });

  test('a refusal in any layer wins over every permission', async () => {
    const { local, cloud } = mixed({ permission });
    const cloudRefusal = { origin: 'environment: ROUTING_CLOUD_ALLOW' };
    const rig = rigOf({ providers: [local, cloud], routing: { cloudPermission: permission, cloudRefusal } });
    const decision = await rig.router.decide(chatRequest(), NEVER);
    expect(decision.chain.map(({ ref }) => ref)).toEqual(['local:m']);
    expect(decision.rejected[0]?.reasons[0]?.text).toBe('cloud: refused by environment: ROUTING_CLOUD_ALLOW');
  });

  test('a model with a remote mark is cloud although its server is local', async () => {
    const local = scripted('local', [{ id: 'here' }, { id: 'there', locality: 'cloud' }]);
    const rig = rigOf({ providers: [local] });
    const decision = await rig.router.decide(chatRequest(), NEVER);
    expect(decision.chain.map(({ ref }) => ref)).toEqual(['local:here']);
    expect(decision.rejected[0]).toMatchObject({ ref: 'local:there', reasons: [{ filter: 'privacy' }] });
  });

  test('a model named as Ollama names those it runs elsewhere is cloud before any list is read', async () => {
    const local = scripted('local', [], { model: 'gpt-oss:120b-cloud' });
    const { router } = rigOf({ providers: [local] });
    const decision = await router.decide(chatRequest({ pinned: 'local:other:cloud' }), NEVER);
    expect(decision.chain).toEqual([]);
    expect(decision.rejected.map(({ reasons }) => reasons.some(({ filter }) => filter === 'privacy'))).toEqual([
      true,
      true,
    ]);
  });

  test('where a list may mark models as remote, no model is a candidate before it is read', async () => {
    const local = scripted('local', [{ id: 'alias', locality: 'cloud' }], { model: 'alias' });
    const rig = rigOf({ providers: [local] });
    const kinds = rig.extensions.list(PROVIDERS).map((kind) => ({ ...kind, mayServeRemoteModels: true }));
    rig.extensions.put(PROVIDERS, kinds);
    const gate = Promise.withResolvers<void>();
    local.provider.probeGate = gate.promise;
    const decision = rig.router.decide(chatRequest({ privacy: 'local-only' }), NEVER);
    setTimeout(() => gate.resolve(), 700);
    const { chain, rejected } = await decision;
    expect(chain).toEqual([]);
    expect(rejected[0]?.reasons[0]?.text).toContain('cloud: the call is local-only');
  });

  test('a model that calls itself local stays cloud on the address of a cloud', async () => {
    const { cloud } = mixed({ permission });
    cloud.provider.models = [{ id: 'gpt', locality: 'local' }];
    const rig = rigOf({ providers: [cloud] });
    await rig.router.refresh(NEVER);
    const decision = await rig.router.decide(chatRequest({ privacy: 'local-only' }), NEVER);
    expect(decision.chain).toEqual([]);
  });

  test('a cloud that nothing permits cannot issue itself a permit', async () => {
    const { local, cloud } = mixed();
    const rig = rigOf({ providers: [local, cloud] });
    let given: PermitOffice | undefined;
    const [kind, other] = rig.extensions.list(PROVIDERS) as [ProviderDescriptor, ProviderDescriptor];
    const curious: ProviderDescriptor = {
      ...other,
      create: (_settings, { permits }) => {
        given = permits;
        return cloud.provider;
      },
    };
    rig.extensions.put(PROVIDERS, [kind, curious]);
    await rig.router.decide(chatRequest(), NEVER);
    expect(() => given?.issue({ providerId: 'cloud', decisionId: 'probe', grantedBy: 'me' })).toThrow(/no permit/);
  });

  test('the strictest of request, settings and strategy holds, and the decision says which', async () => {
    const { local, cloud } = mixed({ permission });
    const rig = rigOf({ providers: [local, cloud], routing: { privacy: 'no-training', privacyOrigin: 'file: y' } });
    const loose = await rig.router.decide(chatRequest(), NEVER);
    expect(loose.request).toMatchObject({ privacy: 'no-training', privacyRule: 'file: y' });
    const strict = await rig.router.decide(chatRequest({ privacy: 'local-only', privacyRule: 'asked' }), NEVER);
    expect(strict.request).toMatchObject({ privacy: 'local-only', privacyRule: 'asked' });
    const byStrategy = await rig.router.decide(chatRequest({ strategy: 'local-only' }), NEVER);
    expect(byStrategy.request).toMatchObject({ privacy: 'local-only', privacyRule: 'strategy local-only' });
  });
});

test.each([
  { name: 'an engine of the host', locality: 'local', baseUrl: undefined, isDeclaredLocal: false, expected: 'local' },
  {
    name: 'a known engine on loopback',
    locality: 'local',
    baseUrl: 'http://localhost:11434',
    isDeclaredLocal: false,
    expected: 'local',
  },
  {
    name: 'a known engine on IPv6 loopback',
    locality: 'local',
    baseUrl: 'http://[::1]:11434/v1',
    isDeclaredLocal: false,
    expected: 'local',
  },
  {
    name: 'a known engine elsewhere',
    locality: 'local',
    baseUrl: 'http://192.168.1.5:11434',
    isDeclaredLocal: false,
    expected: 'cloud',
  },
  {
    name: 'a known engine elsewhere, declared',
    locality: 'local',
    baseUrl: 'http://192.168.1.5:11434',
    isDeclaredLocal: true,
    expected: 'local',
  },
  {
    name: 'a generic endpoint on loopback, which may be a proxy',
    locality: 'undeclared',
    baseUrl: 'http://127.0.0.1:4000',
    isDeclaredLocal: false,
    expected: 'cloud',
  },
  {
    name: 'a generic endpoint that is declared',
    locality: 'undeclared',
    baseUrl: 'http://127.0.0.1:4000',
    isDeclaredLocal: true,
    expected: 'local',
  },
  {
    name: 'a name that only looks like this machine',
    locality: 'local',
    baseUrl: 'http://127.0.0.1.example.com',
    isDeclaredLocal: false,
    expected: 'cloud',
  },
  {
    name: 'a cloud behind a local port',
    locality: 'cloud',
    baseUrl: 'http://127.0.0.1:9999',
    isDeclaredLocal: false,
    expected: 'cloud',
  },
] as const)('$name is placed where it belongs', ({ locality, baseUrl, isDeclaredLocal, expected }) => {
  const { entry } = scripted('x', [], { isDeclaredLocal });
  expect(localityOfEntry(entry, { locality }, baseUrl)).toBe(expected);
});

test('switching local models off removes local candidates only', async () => {
  const { local, cloud } = mixed({ permission });
  const rig = rigOf({ providers: [local, cloud], routing: { isLocalEnabled: false } });
  expect((await rig.router.decide(chatRequest(), NEVER)).chain.map(({ ref }) => ref)).toEqual(['cloud:gpt']);
  expect(rig.router.status().disabled[0]?.reason).toContain('routing.providers.local.enabled: false');
});
