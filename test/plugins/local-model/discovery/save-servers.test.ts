import { chmod, mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { DiscoveredServer } from '../../../../plugins/local-model/discovery/discovered-server.ts';
import {
  discoverServers,
  renderDiscovery,
} from '../../../../plugins/local-model/discovery/operation/discover-operation.ts';
import type { DiscoverResult } from '../../../../plugins/local-model/discovery/operation/discover-schema.ts';
import { saveServers } from '../../../../plugins/local-model/discovery/operation/save-servers.ts';
import { extensions, FINDABLE_KINDS, foundAt, settingsOf } from './discovery-rig.ts';

const WIDTH = 80;
/** An account without rights, as every machine has one. */
const NOBODY = 65_534;

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wooster-save-'));
  file = join(folder, 'config', 'local.json');
  await mkdir(join(folder, 'config'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ollama = foundAt(11_434, { engine: 'ollama', name: 'Ollama' });

function save(servers: readonly DiscoveredServer[]): ReturnType<typeof saveServers> {
  return saveServers({ file, servers, configured: [] });
}

/** Runs what is given without the rights of the superuser, who may write anywhere. */
async function withoutRights<T>(run: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return run();
  process.seteuid!(NOBODY);
  try {
    return await run();
  } finally {
    process.seteuid!(0);
  }
}

const anyServers = fc
  .uniqueArray(fc.integer({ min: 1, max: 65_535 }), { maxLength: 5 })
  .chain((ports) => fc.tuple(...ports.map((port) => fc.constantFrom(...FINDABLE_KINDS).map((kind) => [port, kind]))))
  .map((pairs) => pairs.map(([port, engine]) => foundAt(port as number, { engine } as Partial<DiscoveredServer>)));

/** JSON keeps no difference between these and what they are read back as. */
const anySettings = fc
  .dictionary(fc.string(), fc.jsonValue())
  .map((settings) => JSON.parse(JSON.stringify(settings)) as Record<string, unknown>);

test('whatever is in the file is kept, each server is added once, and a second time changes nothing', async () => {
  const anyProviders = fc.dictionary(
    fc.constantFrom(...FINDABLE_KINDS, 'mine'),
    fc.dictionary(fc.string(), fc.string()),
  );
  await fc.assert(
    fc.asyncProperty(anySettings, anyProviders, anyServers, async (settings, providers, servers) => {
      const before = JSON.parse(JSON.stringify({ ...settings, providers })) as Record<string, object>;
      await writeFile(file, JSON.stringify(before));
      const saved = await save(servers);
      const text = await readFile(file, 'utf8');
      const after = JSON.parse(text) as Record<string, Record<string, { baseUrl: string }>>;
      expect({ ...after, providers: {} }).toEqual({ ...before, providers: {} });
      expect(after.providers).toMatchObject(before.providers!);
      expect(Object.keys(after.providers!)).toHaveLength(Object.keys(before.providers!).length + servers.length);
      expect(saved.map(({ id }) => after.providers![id]!.baseUrl)).toEqual(servers.map(({ baseUrl }) => baseUrl));
      expect(await save(servers)).toEqual([]);
      expect(await readFile(file, 'utf8')).toBe(text);
    }),
    { numRuns: 60, seed: 20_261_128 },
  );
});

test('who has begun to read finds the old settings to their end, who begins afterwards the new ones', async () => {
  const before = JSON.stringify({ padding: 'x'.repeat(100_000) });
  await writeFile(file, before);
  const reader = await open(file, 'r');
  try {
    const head = Buffer.alloc(1_000);
    await reader.read(head);
    await save([ollama]);
    expect(head.toString() + (await reader.readFile('utf8'))).toBe(before);
  } finally {
    await reader.close();
  }
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ providers: { ollama: { kind: 'ollama' } } });
  expect(await readdir(join(folder, 'config'))).toEqual(['local.json']);
});

describe('a folder that may only be read', () => {
  test('is told with its file and what to do, and nothing in it changes', async () => {
    await writeFile(file, '{ "log": { "level": "debug" } }');
    await chmod(folder, 0o755);
    await chmod(file, 0o644);
    await chmod(join(folder, 'config'), 0o555);
    const { mtimeMs } = await stat(file);
    await expect(withoutRights(() => save([ollama]))).rejects.toMatchObject({
      code: 'E_FILE',
      message: expect.stringMatching(
        /local\.json: EACCES; nothing was changed\. Make .* writable, or add the providers/,
      ),
    });
    expect(await readFile(file, 'utf8')).toBe('{ "log": { "level": "debug" } }');
    expect([await readdir(join(folder, 'config')), (await stat(file)).mtimeMs]).toEqual([['local.json'], mtimeMs]);
    await chmod(join(folder, 'config'), 0o755);
  });

  test('whose file may not be read either is told, too', async () => {
    await writeFile(file, '{ "secret": "of another account" }');
    await chmod(folder, 0o755);
    await chmod(join(folder, 'config'), 0o755);
    await chmod(file, 0o000);
    await expect(withoutRights(() => save([ollama]))).rejects.toMatchObject({ code: 'E_FILE' });
    await chmod(file, 0o600);
    expect(await readFile(file, 'utf8')).toBe('{ "secret": "of another account" }');
  });
});

async function discover(servers: readonly DiscoveredServer[], isSaved: boolean): Promise<DiscoverResult> {
  const discovery = { refusal: undefined, discover: async () => ({ servers, silentHosts: ['barn'], totalMs: 40 }) };
  const ports = { discovery, settings: settingsOf(), extensions, configDirectory: join(folder, 'config') };
  return discoverServers(ports, { save: isSaved }, new AbortController().signal);
}

describe('through the command', () => {
  const locked = foundAt(8080, { engine: 'llamacpp', name: 'llama.cpp', isLocked: true, state: 'misconfigured' });
  const generic = foundAt(8000, { engine: 'openai-compatible', name: 'an OpenAI-compatible server' });
  const stranger = foundAt(3000, { name: 'unknown server', state: 'busy', models: undefined });

  test('no key is written, also for a server that wants one, and none of what is generic or unknown', async () => {
    await discover([ollama, locked, generic, stranger], true);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      providers: {
        ollama: { kind: 'ollama', baseUrl: ollama.baseUrl },
        llamacpp: { kind: 'llamacpp', baseUrl: locked.baseUrl },
      },
    });
  });

  test('nothing is written where nothing is usable', async () => {
    const result = await discover([generic, stranger], true);
    expect([result.saved, await readdir(join(folder, 'config'))]).toEqual([[], []]);
  });

  test('what is shown fits into 80 columns, with every address in one piece', async () => {
    const note =
      'it may hand texts on to a cloud, so it is not used; if all that it runs is yours, configure it: '.repeat(2);
    const servers = [
      { ...ollama, version: '0.34.4', models: ['a', 'b'] },
      foundAt(8001, { engine: 'embedding-server', name: 'wooster-embedding-server', version: '1.0.0', models: ['m'] }),
      foundAt(8081, { engine: 'llamacpp', name: 'llama.cpp router', models: [`${'long-'.repeat(20)}name`] }),
      { ...generic, note },
      { ...stranger, note: 'it accepts connections and did not answer within 200 ms' },
    ];
    for (const isSaved of [false, true]) {
      const result = {
        ...(await discover(servers, isSaved)),
        ...(isSaved ? { file: '/home/me/work/config/local.json' } : {}),
      };
      const text = renderDiscovery(result, { width: WIDTH, hasColor: false });
      expect(text.split('\n').filter((line) => line.length > WIDTH)).toEqual([]);
      for (const { address } of servers) expect(text).toContain(address);
    }
  });
});
