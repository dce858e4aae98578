import { describe, expect, test } from '@jest/globals';
import { load, messages, provider } from './load-text.ts';

const local = (settings: object) => ({ files: { 'config/local.json': JSON.stringify(settings) } });

describe('a server that is to be started', () => {
  test('is one with autoStart, or with a command', async () => {
    const providers = {
      ollama: { autoStart: true },
      own: {
        baseUrl: 'http://127.0.0.1:9000',
        start: {
          command: ['my-server', '--port', '9000'],
          environment: { A: '1', B: '2' },
          readySeconds: 30,
          maxMemoryMiB: 4096,
        },
      },
      mlx: { model: 'm' },
    };
    const loaded = await load(local({ providers }));
    expect(messages(loaded)).toEqual([]);
    expect(provider(loaded, 'ollama')?.start).toEqual({
      environment: {},
      origin: 'config/local.json: providers.ollama.autoStart',
    });
    expect(provider(loaded, 'own')?.start).toMatchObject({
      command: ['my-server', '--port', '9000'],
      environment: { A: '1', B: '2' },
      readyMs: 30_000,
      maxMemoryMiB: 4096,
    });
    expect(provider(loaded, 'mlx')?.start).toBeUndefined();
  });

  test('is none where autoStart is refused, whatever command is written', async () => {
    const own = { baseUrl: 'http://127.0.0.1:9000', autoStart: false, start: { command: ['my-server'] } };
    expect(provider(await load(local({ providers: { own } })), 'own')?.start).toBeUndefined();
  });

  test('is the local server by the name that users have', async () => {
    const environment = { LOCALMLX_SERVER_URL: 'http://localhost:8080', LOCALMLX_AUTO_START_SERVER: 'true' };
    const loaded = await load({ environment });
    expect(provider(loaded, 'local')?.start).toMatchObject({ origin: 'environment: LOCALMLX_AUTO_START_SERVER' });
  });
});

describe('several endpoints of one model', () => {
  test('have weights and slots, and a queue for each slot unless it is written', async () => {
    const farm = {
      kind: 'llamacpp',
      targets: [{ baseUrl: 'localhost:8081', weight: 3, slots: 4 }, { baseUrl: 'http://127.0.0.1:8082/v1' }],
      balance: 'least-busy',
      slots: 2,
    };
    const loaded = await load(local({ providers: { farm } }));
    expect(messages(loaded)).toEqual([]);
    expect(provider(loaded, 'farm')).toMatchObject({
      targets: [
        { baseUrl: 'http://localhost:8081', weight: 3, slots: 4, queue: 32 },
        { baseUrl: 'http://127.0.0.1:8082/v1', weight: 1 },
      ],
      balance: 'least-busy',
      slots: 2,
      queue: 16,
    });
  });

  test('are address enough for a kind that has none of its own', async () => {
    const farm = { kind: 'openai-compatible', targets: [{ baseUrl: 'http://127.0.0.1:8081' }] };
    const loaded = await load(local({ providers: { farm } }));
    expect(messages(loaded)).toEqual([]);
    expect(provider(loaded, 'farm')).toMatchObject({ isEnabled: true });
  });

  test('are a fault with an address that is none', async () => {
    const farm = { kind: 'llamacpp', targets: [{ baseUrl: 'not an address' }] };
    expect(messages(await load(local({ providers: { farm } })))[0]).toMatch(/providers\.farm\.targets/);
  });
});

describe('discovery and the life cycle of models', () => {
  test('have defaults that touch nothing', async () => {
    const { settings } = await load({});
    expect(settings.discovery).toEqual({ mode: 'auto', hosts: [] });
    expect(settings.lifecycle).toEqual({ preload: [], unloadAfterMs: undefined, quantization: undefined });
  });

  test('are told by settings', async () => {
    const { settings } = await load(
      local({
        discovery: { mode: 'always', hosts: ['workshop', '192.0.2.7:8080'] },
        lifecycle: { preload: ['ollama:a'], offloadInactive: true, unloadAfterSeconds: 60, quantization: 'q8_0' },
      }),
    );
    expect(settings.discovery).toEqual({ mode: 'always', hosts: ['workshop', '192.0.2.7:8080'] });
    expect(settings.lifecycle).toEqual({ preload: ['ollama:a'], unloadAfterMs: 60_000, quantization: 'q8_0' });
  });

  test('are told by the names that users have', async () => {
    const environment = {
      LOCALMLX_PRELOAD_MODELS: 'true',
      LOCALMLX_OFFLOAD_INACTIVE: 'true',
      LOCALMLX_QUANTIZATION: 'q4_k_m',
    };
    const { settings } = await load({ environment });
    expect(settings.lifecycle).toEqual({ preload: ['auto'], unloadAfterMs: 300_000, quantization: 'q4_k_m' });
  });
});
