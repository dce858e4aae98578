import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ConfigError, Secret, type ProviderEntry, type ServerStart } from '../../../../src/index.ts';
import { embeddingServer } from '../../../../plugins/local-model/providers/presets/embedding-server.ts';
import { llamacpp } from '../../../../plugins/local-model/providers/presets/llamacpp.ts';
import { mlx } from '../../../../plugins/local-model/providers/presets/mlx.ts';
import { ollama } from '../../../../plugins/local-model/providers/presets/ollama.ts';
import { vllm } from '../../../../plugins/local-model/providers/presets/vllm.ts';
import type { PresetDescriptor } from '../../../../plugins/local-model/providers/server/preset.ts';
import { planStart, type StartPlan } from '../../../../plugins/local-model/supervision/start-plan.ts';

const workspace = {
  root: '/work space',
  configDirectory: '/work space/config',
  projectsDirectory: '/work space/projects',
  vectorDataDirectory: '/work space/vector_data',
  stateDirectory: '/work space/.wooster',
  cacheDirectory: '/cache',
  chosenBy: 'flag' as const,
};

function plan(
  { preset }: Pick<PresetDescriptor, 'preset'>,
  entry: Partial<ProviderEntry>,
  start: Partial<ServerStart> = {},
): StartPlan {
  const whole = {
    id: 'mine',
    kind: preset.id,
    isEnabled: true,
    baseUrl: 'http://localhost:4321',
    priority: 1,
    isDeclaredLocal: false,
    options: {},
    origin: 'a test',
    start: { environment: {}, origin: 'config/local.json: providers.mine.autoStart', ...start },
    ...entry,
  };
  return planStart({ id: 'mine', entry: whole, preset, workspace, loadMs: 7_000 });
}

test('each kind has a command of its own, which listens where the provider looks', () => {
  expect(plan(mlx, { model: 'some/model' }).command.join(' ')).toBe(
    'mlx_lm.server --model some/model --host 127.0.0.1 --port 4321',
  );
  expect(plan(llamacpp, { model: '/models/x.gguf' }).command.join(' ')).toBe(
    'llama-server --host 127.0.0.1 --port 4321 -m /models/x.gguf --alias /models/x.gguf --jinja',
  );
  const started = plan(ollama, {});
  expect(started.command).toEqual(['ollama', 'serve']);
  expect(started.environment).toMatchObject({ OLLAMA_HOST: '127.0.0.1:4321' });
  expect(plan(embeddingServer, {}).command.slice(2).join(' ')).toBe('--host 127.0.0.1 --port 4321');
  expect(plan(embeddingServer, {}).command[1]).toMatch(/scripts\/start_embedding_server\.sh$/);
});

test('a command of the settings goes before that of the kind, and what is written before what the kind sets', () => {
  const written = plan(ollama, {}, { command: ['~/bin/ollama', 'serve'], environment: { OLLAMA_HOST: '0.0.0.0:1' } });
  expect(written.command[0]).toMatch(/^\/.*\/bin\/ollama$/);
  expect(written.environment.OLLAMA_HOST).toBe('0.0.0.0:1');
});

test('limits and folders are those of the settings, else those of routing and the workspace', () => {
  expect(plan(ollama, {})).toMatchObject({ readyMs: 7_000, directory: '/work space' });
  expect(plan(ollama, {}, { readyMs: 5, directory: 'here' })).toMatchObject({
    readyMs: 5,
    directory: join('/work space', 'here'),
  });
  expect(plan(ollama, {}).logFile).toBe('/work space/.wooster/logs/servers/mine.log');
});

test.each([
  ['another machine', ollama, { baseUrl: 'http://192.0.2.1:11434' }, {}, /192\.0\.2\.1:11434 is not this machine/],
  ['a kind without a command', vllm, {}, {}, /needs a command, since this kind has none of its own/],
  ['a model that is no file', llamacpp, { model: 'smol' }, {}, /needs the path of a \.gguf file as its model/],
  ['an mlx server without a model', mlx, {}, {}, /needs its model/],
  [
    'one command for several endpoints',
    ollama,
    { targets: [1, 2].map((port) => ({ baseUrl: `http://127.0.0.1:${port}`, weight: 1 })) },
    { command: ['ollama', 'serve'] },
    /one command cannot start 2 endpoints/,
  ],
])('%s is a fault that names the setting', (...row) => {
  const [, descriptor, entry, start, message] = row;
  expect(() => plan(descriptor, entry, start)).toThrow(message);
  expect(() => plan(descriptor, entry, start)).toThrow(ConfigError);
  expect(() => plan(descriptor, entry, start)).toThrow(/providers\.mine/);
});

test('keys that it is given are kept from its log, other values are not', () => {
  const { secrets } = plan(
    ollama,
    { apiKey: new Secret('the-key-of-the-entry') },
    {
      environment: {
        HF_TOKEN: 'short-token',
        OTHER: 'abcdefghij0123456789KLMN',
        OLLAMA_MODELS: '/a/folder/of/models/123',
      },
    },
  );
  expect(secrets).toEqual(['short-token', 'abcdefghij0123456789KLMN', 'the-key-of-the-entry']);
});

test('another command, value or address is another server, another limit is not', () => {
  const { settingsHash } = plan(ollama, {});
  expect(plan(ollama, {}, { readyMs: 1, maxMemoryMiB: 99 }).settingsHash).toBe(settingsHash);
  expect(plan(ollama, {}, { environment: { OLLAMA_NUM_PARALLEL: '2' } }).settingsHash).not.toBe(settingsHash);
  expect(plan(ollama, { baseUrl: 'http://localhost:4322' }).settingsHash).not.toBe(settingsHash);
});

test('what is a key in the environment of Wooster is not handed on', () => {
  const before = process.env['SUPERVISION_TEST_API_KEY'];
  process.env['SUPERVISION_TEST_API_KEY'] = 'not-for-servers';
  try {
    const { environment } = plan(ollama, {});
    expect(environment).not.toHaveProperty('SUPERVISION_TEST_API_KEY');
    expect(environment).toHaveProperty('PATH');
  } finally {
    if (before === undefined) delete process.env['SUPERVISION_TEST_API_KEY'];
  }
});
