import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  discoverServers,
  renderDiscovery,
} from '../../../../plugins/local-model/discovery/operation/discover-operation.ts';
import { discoverResultSchema } from '../../../../plugins/local-model/discovery/operation/discover-schema.ts';
import type { DiscoverResult } from '../../../../plugins/local-model/discovery/operation/discover-schema.ts';
import type { DiscoveredServer } from '../../../../plugins/local-model/discovery/discovered-server.ts';
import { entryOf, extensions, foundAt, settingsOf, type SettingsChanges } from './discovery-rig.ts';

const NEVER = new AbortController().signal;
const PLAIN = { width: 120, hasColor: false };

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wooster-discover-'));
  file = join(folder, 'config', 'local.json');
  await mkdir(join(folder, 'config'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ollama = foundAt(11_434, { engine: 'ollama', name: 'Ollama', version: '0.34.4', models: ['a', 'b'] });
const llama = foundAt(8080, { engine: 'llamacpp', name: 'llama.cpp', models: ['qwen'] });
const proxy = foundAt(8000, {
  engine: 'openai-compatible',
  name: 'an OpenAI-compatible server',
  note: `may be a proxy, ${'and so on '.repeat(20)}`,
});
const page = foundAt(3000, { name: 'unknown server', state: 'misconfigured', models: undefined, note: 'a web page' });
const all = [ollama, llama, proxy, page];

interface Run extends SettingsChanges {
  readonly servers?: readonly DiscoveredServer[];
  readonly silentHosts?: readonly string[];
  readonly save?: boolean;
  readonly refusal?: string;
}

function run({
  servers = all,
  silentHosts = [],
  save = false,
  refusal,
  ...changes
}: Run = {}): Promise<DiscoverResult> {
  const discovery = { refusal, discover: async () => ({ servers, silentHosts, totalMs: 41.4 }) };
  const ports = { discovery, settings: settingsOf(changes), extensions, configDirectory: join(folder, 'config') };
  return discoverServers(ports, { save }, NEVER);
}

async function written(): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
}

describe('a search that is asked for', () => {
  test('tells each server and whether it is configured, and writes nothing', async () => {
    const result = await run({ providers: [entryOf({ id: 'mine', kind: 'ollama' })] });
    expect(discoverResultSchema.parse(result)).toMatchObject({
      totalMs: 41,
      servers: [
        { engine: 'ollama', address: '127.0.0.1:11434', models: ['a', 'b'], isConfigured: true, provider: 'mine' },
        { engine: 'llamacpp', state: 'ready', isConfigured: false },
        { engine: 'openai-compatible', note: expect.stringContaining('proxy') },
        { engine: 'unknown', name: 'unknown server' },
      ],
    });
    expect(await readdir(join(folder, 'config'))).toEqual([]);
  });

  test('is shown with what is used, what is not and why, and how to keep it', async () => {
    const text = renderDiscovery(await run({ silentHosts: ['barn'] }), PLAIN);
    expect(text).toMatch(/Ollama 0\.34\.4 +127\.0\.0\.1:11434 +2 models +ready +found/);
    expect(text).toMatch(/llama\.cpp +127\.0\.0\.1:8080 +qwen +ready +found/);
    expect(text).toMatch(/unknown server +127\.0\.0\.1:3000 +misconfigured +no/);
    expect(text).toContain('Found 4 servers in 41 ms.');
    expect(text).toContain('127.0.0.1:8000: may be a proxy');
    expect(text).toContain('barn: nothing answered');
    expect(text).toContain('Add --save');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(PLAIN.width);
  });

  test('is shown in one line where nothing answered', async () => {
    expect(renderDiscovery(await run({ servers: [] }), PLAIN)).toBe('Found 0 servers in 41 ms.');
  });

  test('is refused with the setting that forbids it', async () => {
    await expect(run({ refusal: 'discovery.mode is off' })).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining('discovery.mode is off'),
    });
  });
});

describe('what was found', () => {
  test('is written for servers that would be used, and keeps all that is there', async () => {
    await writeFile(
      file,
      '{ "log": { "level": "debug" }, "providers": { "ollama": { "baseUrl": "http://192.0.2.7:1" } } }',
    );
    const result = await run({ save: true });
    expect(await written()).toEqual({
      log: { level: 'debug' },
      providers: {
        ollama: { baseUrl: 'http://192.0.2.7:1' },
        'ollama-2': { kind: 'ollama', baseUrl: 'http://127.0.0.1:11434' },
        llamacpp: { kind: 'llamacpp', baseUrl: 'http://127.0.0.1:8080', model: 'qwen' },
      },
    });
    expect(result).toMatchObject({ saved: ['ollama-2', 'llamacpp'], file });
    expect(renderDiscovery(result, PLAIN)).toContain('saved as ollama-2');
  });

  test('a second time changes nothing, to the byte', async () => {
    await run({ save: true });
    const [text, { mtimeMs }] = [await readFile(file, 'utf8'), await stat(file)];
    const again = await run({ save: true });
    expect(again.saved).toEqual([]);
    expect(renderDiscovery(again, PLAIN)).toContain('Nothing to save');
    expect([await readFile(file, 'utf8'), (await stat(file)).mtimeMs]).toEqual([text, mtimeMs]);
  });

  test('is not written where it is configured by any layer, and takes no id of one', async () => {
    const providers = [
      entryOf({ id: 'mine', kind: 'ollama' }),
      entryOf({ id: 'llamacpp', baseUrl: 'http://192.0.2.7:1' }),
    ];
    await run({ save: true, providers });
    expect(Object.keys((await written()).providers as object)).toEqual(['llamacpp-2']);
  });

  test('is written as declared for a host that the user wrote, and for mlx with the name of its own model', async () => {
    const far = foundAt(0, { ...proxy, baseUrl: 'http://barn:8000', address: 'barn:8000', isDeclared: true });
    await run({ save: true, servers: [far, foundAt(8080, { engine: 'mlx', models: [] })] });
    expect((await written()).providers).toEqual({
      'openai-compatible': { kind: 'openai-compatible', baseUrl: 'http://barn:8000', declaredLocal: true },
      mlx: { kind: 'mlx', baseUrl: 'http://127.0.0.1:8080', model: 'default_model' },
    });
  });

  test('makes the folder and the file, which only its owner may read, and leaves nothing beside it', async () => {
    await rm(join(folder, 'config'), { recursive: true });
    await run({ save: true });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'config'))).toEqual(['local.json']);
  });

  test('keeps the permissions of the file, and a link to it a link', async () => {
    const target = join(folder, 'kept.json');
    await writeFile(target, '\uFEFF{}');
    await chmod(target, 0o640);
    await symlink(target, file);
    await run({ save: true });
    expect((await lstat(file)).isSymbolicLink()).toBe(true);
    expect((await stat(target)).mode & 0o777).toBe(0o640);
    expect(Object.keys((await written()).providers as object)).toEqual(['ollama', 'llamacpp']);
  });

  test.each([
    ['text that is no JSON', '{ "providers": ', 'not a JSON object'],
    ['a list', '[]', 'not a JSON object'],
    ['providers that are no section', '{ "providers": ["ollama"] }', 'providers is not a section'],
  ])('is not written over %s', async (_name, text, message) => {
    await writeFile(file, text);
    await expect(run({ save: true })).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringMatching(new RegExp(`config/local.json.*${message}`)),
    });
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  test('is refused with the path where the file cannot be read or written', async () => {
    await mkdir(file);
    const fault = { code: 'E_FILE', message: expect.stringMatching(/local\.json.*nothing was changed/) };
    await expect(run({ save: true })).rejects.toMatchObject(fault);
    await rm(join(folder, 'config'), { recursive: true });
    await writeFile(join(folder, 'config'), 'a file where the folder should be');
    await expect(run({ save: true })).rejects.toMatchObject(fault);
  });

  // The superuser may write anywhere.
  (process.getuid?.() === 0 ? test.skip : test)('is refused in a folder that may only be read', async () => {
    await chmod(join(folder, 'config'), 0o500);
    await expect(run({ save: true })).rejects.toMatchObject({ code: 'E_FILE' });
    expect(await readdir(join(folder, 'config'))).toEqual([]);
    await chmod(join(folder, 'config'), 0o700);
  });
});
