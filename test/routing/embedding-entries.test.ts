import { describe, expect, test } from '@jest/globals';
import type { RouteRequest } from '../../src/index.ts';
import { EMBEDDERS, FILTERS, LOCAL_PRINCIPAL, toModelRef } from '../../src/index.ts';
import { ask, chatRequest, NEVER, rigOf, scripted } from './doubles/rig.ts';

const EMBED: RouteRequest = { task: 'embed', needs: {}, privacy: 'any', principal: LOCAL_PRINCIPAL };
const cloud = () => scripted('cloud', [], { locality: 'cloud', model: 'big' });
const PERMISSION = { origin: 'config: embeddings.projects.fallbackToCloud' };

function reasonOf(
  decision: { rejected: readonly { ref: string; reasons: readonly { text: string }[] }[] },
  ref: string,
) {
  return decision.rejected.find((each) => each.ref === ref)?.reasons.map(({ text }) => text);
}

describe('an entry for some tasks or purposes', () => {
  test('takes no part in others, is not looked at for them, and is no reason there', async () => {
    const chat = scripted('ollama', [{ id: 'm', can: { chat: false } }], { model: 'm' });
    const own = scripted('embeddings', [{ id: 'mini', can: { embed: true, chat: true } }], { tasks: ['embed'] });
    const rig = rigOf({ providers: [chat, own] });
    const decision = await rig.router.decide(chatRequest(), NEVER);
    expect(own.provider.probes + own.provider.lists).toBe(0);
    expect(reasonOf(decision, 'embeddings:*')).toContain('is only for embed');
    const failure = await ask(rig).catch((error: unknown) => error);
    expect(String(failure)).toContain('cannot chat');
    expect(String(failure)).not.toContain('embeddings');
  });

  test('serves its own purpose only, and no call without one', async () => {
    const own = scripted('embeddings', [{ id: 'mini', can: { embed: true } }], {
      tasks: ['embed'],
      purposes: ['userProfile'],
    });
    const { router } = rigOf({ providers: [own] });
    const chainFor = async (purpose?: string) => (await router.decide({ ...EMBED, purpose }, NEVER)).chain.length;
    expect(await chainFor('projects')).toBe(0);
    expect(own.provider.probes).toBe(0);
    expect(await chainFor('userProfile')).toBe(1);
    expect(await chainFor()).toBe(0);
  });

  test('is held to them also where no filter is contributed', async () => {
    const own = scripted('embeddings', [{ id: 'mini' }], { tasks: ['embed'] });
    const rig = rigOf({ providers: [own] });
    rig.extensions.put(FILTERS, []);
    await rig.router.refresh(NEVER);
    expect((await rig.router.decide(chatRequest(), NEVER)).chain).toEqual([]);
    expect((await rig.router.decide(EMBED, NEVER)).chain).toHaveLength(1);
  });
});

describe('the permission of one call', () => {
  test('is a permission for embeddings and for no other task', async () => {
    const { router } = rigOf({ providers: [cloud()] });
    const embed = await router.decide({ ...EMBED, permission: PERMISSION }, NEVER);
    expect(embed.chain).toMatchObject([{ ref: 'cloud:big', permission: PERMISSION }]);
    const chat = await router.decide(chatRequest({ permission: PERMISSION }), NEVER);
    expect(chat.chain).toEqual([]);
    expect(reasonOf(chat, 'cloud:big')?.join()).toContain('cloud: not allowed');
    expect((await router.decide(EMBED, NEVER)).chain).toEqual([]);
  });

  test('gives way to a refusal and to the local-only class', async () => {
    const refused = rigOf({ providers: [cloud()], routing: { cloudRefusal: { origin: 'flag' } } });
    expect((await refused.router.decide({ ...EMBED, permission: PERMISSION }, NEVER)).chain).toEqual([]);
    const local = rigOf({ providers: [cloud()] });
    const request: RouteRequest = { ...EMBED, permission: PERMISSION, privacy: 'local-only' };
    expect((await local.router.decide(request, NEVER)).chain).toEqual([]);
  });
});

describe('a decision of embeddings', () => {
  test('is not bound by a switch or a provider that was set for conversations', async () => {
    const chat = scripted('ollama', [{ id: 'm' }]);
    const own = scripted('lmstudio', [{ id: 'mini', can: { embed: true } }], { priority: 99 });
    const routing = { preferredProvider: { id: 'ollama', isPinned: true, origin: 'environment' } };
    const { router } = rigOf({ providers: [chat, own], routing });
    await router.switchModel(toModelRef('ollama', 'm'), { kind: 'process' });
    const decision = await router.decide(EMBED, NEVER);
    expect(decision.chain.map(({ ref }) => ref)).toContain('lmstudio:mini');
    expect(decision.request.preferred).toBeUndefined();
  });

  test('carries what is known of each embedder, a decision of chat does not', async () => {
    const own = scripted('lmstudio', [{ id: 'mini', can: { embed: true, chat: true } }]);
    const rig = rigOf({ providers: [own] });
    rig.extensions.put(EMBEDDERS, []);
    const [step] = (await rig.router.decide(EMBED, NEVER)).chain;
    expect(step?.embedder).toMatchObject({ name: 'mini', pooling: 'unknown' });
    const [chatStep] = (await rig.router.decide(chatRequest(), NEVER)).chain;
    expect(chatStep).not.toHaveProperty('embedder');
  });

  test('does not measure the window against many texts together', async () => {
    const own = scripted('lmstudio', [{ id: 'mini', can: { embed: true }, contextTokens: 256 }]);
    const { router } = rigOf({ providers: [own] });
    const request = { ...EMBED, needs: { contextTokens: 8_000 } };
    expect((await router.decide(request, NEVER)).chain).toHaveLength(1);
  });

  test('keeps a model that the catalogue knows as an embedder out of chats', async () => {
    const unknown = scripted('local', [{ id: 'all-minilm', can: {} }]);
    const rig = rigOf({ providers: [unknown] });
    const minilm = { id: 'all-minilm', matches: [], source: '', date: '', dimensions: 8, maxTokens: 9 } as never;
    expect((await rig.router.decide(chatRequest(), NEVER)).chain).toHaveLength(1);
    rig.extensions.put(EMBEDDERS, [minilm]);
    const decision = await rig.router.decide(chatRequest(), NEVER);
    expect(reasonOf(decision, 'local:all-minilm')).toEqual(['only makes embeddings']);
  });
});
