import { describe, expect, test } from '@jest/globals';
import { cloudCheck } from '../../../../../plugins/local-model/doctor/checks/cloud-check.ts';
import { conversationCheck } from '../../../../../plugins/local-model/doctor/checks/conversation-check.ts';
import { embeddedCheck } from '../../../../../plugins/local-model/doctor/checks/embedded-check.ts';
import { embeddingsCheck } from '../../../../../plugins/local-model/doctor/checks/embeddings-check.ts';
import type { DoctorPorts } from '../../../../../plugins/local-model/doctor/doctor-ports.ts';
import { PrivacyError, type Finding, type HostSettings, type ModelRouterService } from '../../../../../src/index.ts';
import { embeddingsFactoryDouble } from '../../../../doubles/embeddings-double.ts';
import { createRouterDouble } from '../../../../doubles/router-double.ts';
import { ScriptedChatModel } from '../../../../doubles/scripted-chat-model.ts';

const { signal } = new AbortController();
const progress = { update: () => {}, note: () => {}, finish: () => {} };

function checkEmbedded(runtime: object, embedded: object = { isEnabled: true }) {
  const ports = {
    settings: { embedded },
    runtime: {
      modelId: 'small',
      mayDownload: true,
      entry: async () => ({ title: 'Small', bytes: 5e8 }),
      isPresent: async () => false,
      embedders: { wanted: () => [] },
      onPreparation: () => ({ dispose: () => {} }),
      ...runtime,
    },
  } as unknown as DoctorPorts;
  return embeddedCheck(ports);
}

describe('the models inside Wooster', () => {
  test('are told as here when they are', async () => {
    expect(await checkEmbedded({ isPresent: async () => true }).run(signal)).toEqual([
      { state: 'ok', summary: 'Small and its engine are here' },
    ]);
  });

  test('can be fetched when they are not, and the fix does it', async () => {
    const prepared: boolean[] = [];
    const body = checkEmbedded({
      prepare: async (_signal: AbortSignal, isAskedFor: boolean) => {
        prepared.push(isAskedFor);
        return { modelPath: '/models/small.gguf' };
      },
    });
    expect(await body.run(signal)).toEqual([
      expect.objectContaining({ state: 'warning', canFix: true, summary: expect.stringContaining('Small (500 MB)') }),
    ]);
    expect(await body.fix!({ signal, progress })).toBe('ready /models/small.gguf');
    expect(prepared).toEqual([true]);
  });

  test('cannot be fetched where a setting forbids it, which is named', async () => {
    const [finding] = await checkEmbedded({ downloadRefusal: 'flag: --local-only' }).run(signal);
    expect(finding?.canFix).toBeUndefined();
    expect(finding?.remedy).toMatch(/^nothing may be fetched \(flag: --local-only\)/);
  });

  test('that are unknown, or whose file is gone, are faults', async () => {
    const unknown = await checkEmbedded({ entry: async () => undefined }).run(signal);
    expect(unknown[0]).toMatchObject({ state: 'fault', summary: 'there is no embedded model small' });
    const gone = await checkEmbedded({ ownFile: '/gone.gguf', entry: async () => ({ title: 'gone.gguf' }) }).run(
      signal,
    );
    expect(gone[0]).toMatchObject({ state: 'fault', summary: '/gone.gguf: there is no such file' });
  });

  test('may be off', async () => {
    expect((await checkEmbedded({}, { isEnabled: false }).run(signal))[0]?.state).toBe('info');
  });

  test('leave a refusal of the download to whoever mends', async () => {
    const refused = new PrivacyError('nothing may be fetched');
    const body = checkEmbedded({ prepare: () => Promise.reject(refused) });
    await expect(body.fix!({ signal, progress })).rejects.toBe(refused);
  });
});

function checkQuestion(models: readonly { providerId: string; modelId: string }[], routing: object = {}) {
  const router = createRouterDouble(new ScriptedChatModel([]), models);
  const seen: unknown[] = [];
  const watched = {
    ...router,
    refresh: async () => undefined,
    decide: (request: Parameters<ModelRouterService['decide']>[0], own: AbortSignal) => {
      seen.push(request);
      return router.decide(request, own);
    },
  } as ModelRouterService;
  const settings = { routing, providers: [] } as unknown as HostSettings;
  return { run: () => conversationCheck({ router: () => watched, settings }).run(signal), seen };
}

describe('a question', () => {
  test('is answered by the first of the chain, and only machines of the user are asked about', async () => {
    const { run, seen } = checkQuestion([{ providerId: 'ollama', modelId: 'smol' }]);
    expect(await run()).toEqual([{ state: 'ok', summary: 'ollama:smol would answer a question' }]);
    expect(seen).toEqual([expect.objectContaining({ privacy: 'local-only', isPreview: true })]);
  });

  test('that no model answers is a fault, unless a cloud is permitted', async () => {
    expect((await checkQuestion([]).run())[0]?.state).toBe('fault');
    const permitted = { cloudPermission: { origin: 'config/local.json: routing.cloud.allow' } };
    expect((await checkQuestion([], permitted).run())[0]?.state).toBe('warning');
    const refused = { ...permitted, cloudRefusal: { origin: 'flag: --local-only' } };
    expect((await checkQuestion([], refused).run())[0]?.state).toBe('fault');
  });
});

type Status = Awaited<ReturnType<ReturnType<DoctorPorts['embeddings']>['status']>>;

function checkEmbeddings(status: Status): Promise<readonly Finding[]> {
  const embeddings = () => ({ ...embeddingsFactoryDouble(), status: async () => status });
  return embeddingsCheck({ embeddings }).run(signal);
}

describe('embeddings', () => {
  test('of each purpose are told: served, off, and by nothing', async () => {
    const purpose = { model: 'minilm', fallbackToCloud: false } as const;
    const found = await checkEmbeddings({
      models: [],
      purposes: [
        { ...purpose, purpose: 'projects', isEnabled: true },
        { ...purpose, purpose: 'userProfile', isEnabled: false },
      ],
    });
    expect(found.map(({ state, summary }) => [state, summary])).toEqual([
      ['fault', 'documents of projects: nothing serves minilm'],
      ['info', 'your profile: not embedded (turned off)'],
    ]);
    expect(found[0]?.remedy).toMatch(/start a server that has minilm/);
    const served = await checkEmbeddings({
      models: [],
      purposes: [{ ...purpose, purpose: 'projects', isEnabled: true, ref: 'tei:minilm' }],
    });
    expect(served).toEqual([{ state: 'ok', summary: 'documents of projects: tei:minilm' }]);
  });
});

function checkCloud(settings: object): Promise<readonly Finding[]> {
  const all = { routing: {}, providers: [], embeddings: { projects: {}, userProfile: {} }, ...settings };
  return cloudCheck({ settings: all as unknown as HostSettings }).run(signal);
}

describe('the cloud', () => {
  test('is told as unused without a permission, whatever key there is', async () => {
    const providers = [{ id: 'openai', isEnabled: true, apiKey: 'x' }];
    expect((await checkCloud({ providers }))[0]?.summary).toMatch(/^no setting permits a cloud/);
  });

  test('is told with every permission and the setting that gives it', async () => {
    const found = await checkCloud({
      routing: { cloudPermission: { origin: 'a' } },
      providers: [{ id: 'openai', isEnabled: true, permission: { origin: 'b' } }],
      embeddings: { projects: { permission: { origin: 'c' } }, userProfile: {} },
    });
    expect(found.map(({ state, summary }) => `${state} ${summary}`)).toEqual([
      'info permitted: every configured cloud (a)',
      'info permitted: openai (b)',
      'info permitted: embeddings (c)',
    ]);
  });

  test('is told as refused, whatever is permitted', async () => {
    const routing = { localOnly: { origin: 'd' }, cloudPermission: { origin: 'a' } };
    expect(await checkCloud({ routing })).toEqual([
      { state: 'ok', summary: 'local-only: nothing leaves your machines (d)' },
    ]);
    expect(await checkCloud({ routing: { cloudRefusal: { origin: 'e' } } })).toEqual([
      { state: 'ok', summary: 'every cloud is refused (e)' },
    ]);
  });
});
