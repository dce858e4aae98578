import { describe, expect, test } from '@jest/globals';
import { load, messages, provider } from './load-text.ts';

const local = (embeddings: unknown): Record<string, unknown> => ({
  'config/local.json': { routing: { providers: { local: { embeddings } } } },
});

describe('where texts are embedded', () => {
  test('nothing configured leaves both purposes on with the default model and names no server', async () => {
    const { settings } = await load({});
    for (const purpose of [settings.embeddings.projects, settings.embeddings.userProfile]) {
      expect(purpose).toMatchObject({ isEnabled: true, model: 'sentence-transformers/all-MiniLM-L6-v2' });
      expect(purpose).toMatchObject({ fallbackToCloud: false, permission: undefined, refusal: undefined });
    }
    expect(settings.providers.map(({ id }) => id)).toEqual(['embedded']);
  });

  test('a shared address serves both purposes, embeddings only, before every other provider', async () => {
    const loaded = await load({ files: local({ serverUrl: 'http://localhost:8001', model: 'BAAI/bge-m3' }) });
    expect(loaded.settings.providers[0]).toMatchObject({
      id: 'embeddings',
      model: 'BAAI/bge-m3',
      tasks: ['embed'],
      isDeclaredLocal: true,
    });
    expect(provider(loaded, 'embeddings')).not.toHaveProperty('purposes');
  });

  test.each(['serverUrl', 'baseURL', 'baseUrl'])(
    '%s of a purpose gets the texts of that purpose only',
    async (name) => {
      const loaded = await load({
        files: local({ serverUrl: 'http://localhost:8001', userProfile: { [name]: 'http://localhost:8002' } }),
      });
      expect(provider(loaded, 'embeddings')).toMatchObject({ purposes: ['projects'] });
      expect(provider(loaded, 'embeddings-user-profile')).toMatchObject({
        baseUrl: 'http://localhost:8002',
        purposes: ['userProfile'],
        tasks: ['embed'],
      });
      expect(loaded.settings.embeddings.projects.baseUrl).toBe('http://localhost:8001');
      expect(loaded.settings.embeddings.userProfile.baseUrl).toBe('http://localhost:8002');
    },
  );

  test('addresses of both purposes leave no shared one', async () => {
    const loaded = await load({
      files: local({
        serverUrl: 'http://localhost:8001',
        projects: { serverUrl: 'http://localhost:8002' },
        userProfile: { serverUrl: 'http://localhost:8003' },
      }),
    });
    const ids = loaded.settings.providers.map(({ id }) => id);
    expect(ids).toEqual(['embeddings-projects', 'embeddings-user-profile', 'embedded']);
  });

  test('an address elsewhere in the file is the user\u2019s own only when it is declared so', async () => {
    const address = { baseUrl: 'http://127.0.0.1:4000' };
    const undeclared = await load({ files: { 'config/local.json': { embeddings: address } } });
    expect(provider(undeclared, 'embeddings')).toMatchObject({ isDeclaredLocal: false });
    const declared = await load({
      files: { 'config/local.json': { embeddings: { ...address, declaredLocal: true } } },
    });
    expect(provider(declared, 'embeddings')).toMatchObject({ isDeclaredLocal: true });
  });

  test('a port replaces the port of the address, and alone means a server on this machine', async () => {
    const environment = { EMBEDDING_SERVER_PORT: '8009' };
    const alone = await load({ environment });
    expect(provider(alone, 'embeddings')).toMatchObject({
      baseUrl: 'http://127.0.0.1:8009',
      isDeclaredLocal: true,
      origin: 'environment: EMBEDDING_SERVER_PORT',
    });
    const both = await load({ environment, files: local({ serverUrl: 'http://box:8001/v1' }) });
    expect(provider(both, 'embeddings')).toMatchObject({ baseUrl: 'http://box:8009/v1' });
  });

  test('the key of a server goes to that server only', async () => {
    const loaded = await load({
      files: local({
        serverUrl: 'http://localhost:8001',
        apiKey: '${SHARED}',
        projects: { serverUrl: 'http://other:8002' },
      }),
      environment: { SHARED: 'a-long-secret-key' },
    });
    const keyOf = (id: string) => loaded.settings.providers.find((one) => one.id === id)?.apiKey?.reveal();
    expect([keyOf('embeddings'), keyOf('embeddings-projects')]).toEqual(['a-long-secret-key', undefined]);
    expect(JSON.stringify(loaded.entries)).not.toContain('a-long-secret-key');
  });

  test('what turned a purpose off is named, and a server without a purpose is off too', async () => {
    const one = await load({ files: local({ serverUrl: 'http://localhost:8001', projects: { enabled: false } }) });
    const origin = 'config/local.json: routing.providers.local.embeddings';
    expect(one.settings.embeddings.projects).toMatchObject({
      isEnabled: false,
      disabledReason: `disabled by ${origin}.projects.enabled`,
    });
    expect(provider(one, 'embeddings')).toMatchObject({ isEnabled: true });
    const all = await load({ files: local({ enabled: false, serverUrl: 'http://localhost:8001' }) });
    expect(all.settings.embeddings.userProfile.isEnabled).toBe(false);
    expect(provider(all, 'embeddings')).toMatchObject({
      isEnabled: false,
      disabledReason: `disabled by ${origin}.enabled`,
    });
  });

  test('a refusal of the cloud for one purpose is kept with its origin', async () => {
    const { settings } = await load({ files: local({ projects: { fallbackToCloud: false } }) });
    expect(settings.embeddings.projects).toMatchObject({
      fallbackToCloud: false,
      refusal: { origin: 'config/local.json: routing.providers.local.embeddings.projects.fallbackToCloud' },
    });
    expect(settings.embeddings.userProfile.refusal).toBeUndefined();
  });

  test('models.embedding is the model of the purposes that name none', async () => {
    const files = {
      'config/local.json': {
        routing: {
          providers: { local: { models: { embedding: 'bge-m3' }, embeddings: { projects: { model: 'e5' } } } },
        },
      },
    };
    const { embeddings } = (await load({ files })).settings;
    expect([embeddings.projects.model, embeddings.userProfile.model]).toEqual(['e5', 'bge-m3']);
  });

  test('a provider must not have the id of an embedding server', async () => {
    const files = {
      'config/local.json': {
        embeddings: { baseUrl: 'http://localhost:8001' },
        providers: { embeddings: { kind: 'ollama' } },
      },
    };
    expect(messages(await load({ files }))).toEqual([
      'providers.embeddings has the id that config/local.json: embeddings.baseUrl needs; rename the provider',
    ]);
  });

  test('the folder of the models is read from the workspace', async () => {
    const { settings } = await load({ environment: { LOCAL_EMBEDDING_MODELS_DIR: './models' } });
    expect(settings.embeddings.modelsDirectory).toBe('/nowhere/workspace/models');
    expect((await load({})).settings.embeddings.modelsDirectory).toBeUndefined();
  });
});

describe('settings of the stores', () => {
  test('index and largest file come from the file or the environment', async () => {
    const { knowledge } = (await load({})).settings;
    expect(knowledge).toEqual({ index: 'auto', maxFileBytes: undefined });
    const files = { 'config/local.json': { knowledge: { index: 'exact', maxFileMiB: 1 } } };
    expect((await load({ files })).settings.knowledge).toEqual({ index: 'exact', maxFileBytes: 1024 * 1024 });
    const environment = { WOOSTER_KNOWLEDGE_INDEX: 'faiss', WOOSTER_MAX_FILE_MIB: '0.5' };
    expect((await load({ files, environment })).settings.knowledge).toEqual({
      index: 'faiss',
      maxFileBytes: 512 * 1024,
    });
  });

  test('a size that is none is a fault', async () => {
    const loaded = await load({ environment: { WOOSTER_MAX_FILE_MIB: 'much' } });
    expect(messages(loaded)).toEqual([expect.stringContaining('WOOSTER_MAX_FILE_MIB')]);
  });
});
