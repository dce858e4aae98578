import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadConfiguration } from '../../../src/kernel/config/load.ts';
import { findWorkspace } from '../../../src/kernel/config/workspace.ts';

let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'wooster-workspace-')));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
};
const search = (more: Partial<Parameters<typeof findWorkspace>[0]> = {}) =>
  findWorkspace({
    environment: {},
    workingDirectory: join(folder, 'a', 'b'),
    userHome: '/home/u',
    platform: 'linux',
    ...more,
  });

describe('the root of the workspace', () => {
  test.each([
    ['.wooster/state.db', ''],
    ['config/llm_providers.yaml', ''],
    ['config/local.json', '{ "routing": {} }'],
    ['config/local.yaml', '# mine\nplugins:\n  x: {}\n'],
    ['package.json', '{\n  "name": "wooster"\n}'],
  ])('is the nearest folder upwards with %s', async (path, text) => {
    await mkdir(join(folder, 'a', 'b'), { recursive: true });
    await write(path, text);
    await write(join('a', 'config', 'default.json'), '{ "port": 1, "database": { "routing": 1 } }');
    await write(join('a', 'package.json'), '{ "name": "another", "wooster": "1" }');
    expect(await search()).toMatchObject({ root: folder, chosenBy: 'found', stateDirectory: join(folder, '.wooster') });
  });

  test('is --home before WOOSTER_HOME before what is found', async () => {
    await write('.wooster/x', '');
    const environment = { WOOSTER_HOME: '~/w' };
    expect(await search({ environment, homeFlag: '../mine' })).toMatchObject({
      root: join(folder, 'a', 'mine'),
      chosenBy: 'flag',
    });
    expect(await search({ environment })).toMatchObject({ root: '/home/u/w', chosenBy: 'environment' });
    expect(await search({ environment: { WOOSTER_HOME: ' ' } })).toMatchObject({ chosenBy: 'found' });
  });

  test.each([
    ['linux', {}, '/home/u/.local/share/wooster', '/home/u/.cache/wooster'],
    ['linux', { XDG_DATA_HOME: '/d', XDG_CACHE_HOME: '/c' }, '/d/wooster', '/c/wooster'],
    ['linux', { XDG_DATA_HOME: 'd', XDG_CACHE_HOME: 'c' }, '/home/u/.local/share/wooster', '/home/u/.cache/wooster'],
    ['darwin', {}, '/home/u/Library/Application Support/wooster', '/home/u/Library/Caches/wooster'],
    ['win32', { LOCALAPPDATA: 'C:\\L' }, 'C:\\L\\wooster', 'C:\\L\\wooster'],
  ])('is else the data folder of the user: %s %j', async (platform, environment, root, cacheDirectory) => {
    const workingDirectory = platform === 'win32' ? 'C:\\nowhere' : join(folder, 'a');
    expect(await search({ platform, environment, workingDirectory })).toMatchObject({
      root,
      cacheDirectory,
      chosenBy: 'user-data',
    });
  });
});

const input = () => ({
  environment: {},
  workingDirectory: folder,
  packageDirectory: join(folder, 'package'),
  home: join(folder, 'home'),
  platform: 'linux',
});

describe('loading from a disk', () => {
  test('reads the files of the workspace and creates nothing', async () => {
    await write('config/local.json', '{ "routing": { "strategy": "cloud-first" } }');
    await write('package/config/default.json', '{ "log": { "level": "warn" } }');
    await write('.env', 'OLLAMA_MODEL=m\n');
    const loaded = await loadConfiguration(input());
    expect(loaded.files).toEqual(['default.json of the package', 'config/local.json', '.env']);
    expect(loaded.settings).toMatchObject({ routing: { strategy: 'cloud-first' }, log: { level: 'warn' } });
    expect(loaded.settings.providers.find(({ id }) => id === 'ollama')).toMatchObject({
      model: 'm',
      origin: '.env: OLLAMA_MODEL',
    });
    expect((await readdir(folder)).sort()).toEqual(['.env', 'config', 'package']);
  });

  test('a settings file that is a folder is E_FILE, with the others still read', async () => {
    await mkdir(join(folder, 'config', 'local.json'), { recursive: true });
    await write('config/llm_providers.yaml', 'failover: { max_retries: 4 }\n');
    const { faults, settings } = await loadConfiguration(input());
    expect(faults.map(({ code, message }) => [code, message])).toEqual([
      ['E_FILE', 'config/local.json: cannot be read (EISDIR); check its permissions'],
    ]);
    expect(settings.routing.failover.maxRetries).toBe(4);
  });

  test('the file shipped with the package is read once when the package is the workspace', async () => {
    await write('config/default.json', '{ "routing": { "strategy": "cloud-first" } }');
    const loaded = await loadConfiguration({ ...input(), packageDirectory: folder });
    expect(loaded.files).toEqual(['config/default.json']);
  });
});
