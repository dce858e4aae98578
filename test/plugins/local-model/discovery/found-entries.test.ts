import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { ProviderEntry } from 'wooster';
import { isSearchWanted } from '../../../../plugins/local-model/discovery/configured-addresses.ts';
import { FoundEntries } from '../../../../plugins/local-model/discovery/found-entries.ts';
import { DISCOVERY_PORTS, planSearch } from '../../../../plugins/local-model/discovery/search-addresses.ts';
import { entryOf, extensions, foundAt, settingsOf, type SettingsChanges } from './discovery-rig.ts';

function entriesOver(changes: SettingsChanges = {}) {
  const entries = new Map<string, ProviderEntry>();
  const found = new FoundEntries(
    (entry) => {
      entries.set(entry.id, entry);
      return { dispose: () => void entries.delete(entry.id) };
    },
    { settings: settingsOf(changes), extensions },
  );
  return { found, entries };
}

const target = (baseUrl: string) => ({ baseUrl, weight: 1 });

describe('the entries of found servers', () => {
  test('are named by their kind, the next of a kind with a number', () => {
    const { found, entries } = entriesOver();
    for (const port of [1, 2, 3]) found.take(foundAt(port, { engine: 'ollama' }));
    expect([...entries].map(([id, { baseUrl }]) => [id, baseUrl])).toEqual([
      ['ollama', 'http://127.0.0.1:1'],
      ['ollama-2', 'http://127.0.0.1:2'],
      ['ollama-3', 'http://127.0.0.1:3'],
    ]);
  });

  test('take no id and no address of what is configured, in whatever spelling, also by default and among targets', () => {
    const { found, entries } = entriesOver({
      providers: [
        entryOf({ id: 'ollama', baseUrl: 'http://192.0.2.7:11434' }),
        entryOf({ id: 'mine', kind: 'lmstudio', isEnabled: false }),
        entryOf({ id: 'many', kind: 'vllm', targets: [target('http://localhost:8000/v1'), target('http://[::1]:9')] }),
      ],
    });
    found.take(foundAt(11_434, { engine: 'ollama' }));
    found.take(foundAt(1234, { engine: 'lmstudio' }));
    found.take(foundAt(8000, { engine: 'vllm' }));
    found.take(foundAt(9, { engine: 'vllm' }));
    expect([...entries.keys()]).toEqual(['ollama-2']);
  });

  test('are off for a generic server of this machine and for one that wants a key, with what to do', () => {
    const { found, entries } = entriesOver();
    found.take(foundAt(8000, { engine: 'openai-compatible', note: 'it may hand texts on; declaredLocal true' }));
    found.take(foundAt(8080, { engine: 'llamacpp', isLocked: true, note: 'it wants a key' }));
    found.take(foundAt(3000, { engine: undefined, name: 'unknown server' }));
    expect([...entries.values()]).toMatchObject([
      { isEnabled: false, isDeclaredLocal: false, disabledReason: expect.stringContaining('declaredLocal') },
      { isEnabled: false, disabledReason: 'found at 127.0.0.1:8080: it wants a key' },
    ]);
  });

  test('are declared local for a host that the user wrote, also where the server is generic', () => {
    const { found, entries } = entriesOver();
    const address = { baseUrl: 'http://workshop:8000', address: 'workshop:8000', isDeclared: true };
    found.take(foundAt(0, { ...address, engine: 'openai-compatible' }));
    expect(entries.get('openai-compatible')).toMatchObject({
      isEnabled: true,
      isDeclaredLocal: true,
      origin: 'found at a host of discovery.hosts',
    });
  });

  test('are removed when a server was missed twice in a row, and it comes back under its old id', () => {
    const { found, entries } = entriesOver();
    const [first, second] = [foundAt(1, { engine: 'ollama' }), foundAt(2, { engine: 'ollama' })];
    found.take(first);
    found.take(second);
    found.prune([second]);
    found.prune([first, second]);
    found.prune([second]);
    expect([...entries.keys()]).toEqual(['ollama', 'ollama-2']);
    found.prune([second]);
    expect([...entries.keys()]).toEqual(['ollama-2']);
    found.take(first);
    expect([...entries.keys()].sort()).toEqual(['ollama', 'ollama-2']);
  });

  test('stay while a server is too busy to answer', () => {
    const { found, entries } = entriesOver();
    found.take(foundAt(1, { engine: 'ollama' }));
    const busy = foundAt(1, { engine: undefined, state: 'busy' });
    for (let turn = 0; turn < 4; turn += 1) {
      found.take(busy);
      found.prune([busy]);
    }
    expect([...entries.keys()]).toEqual(['ollama']);
  });

  test('are replaced where another server took the port', () => {
    const { found, entries } = entriesOver();
    found.take(foundAt(8080, { engine: 'llamacpp' }));
    found.take(foundAt(8080, { engine: 'mlx' }));
    expect([...entries.values()]).toMatchObject([{ id: 'mlx', kind: 'mlx', model: 'default_model' }]);
    expect(found.expected('127.0.0.1:8080')).toBe('mlx');
  });
});

const addressesOf = (hosts: readonly string[], ports?: readonly number[]): readonly string[] =>
  planSearch(hosts, ports).addresses.map(({ address }) => address);

describe('where is searched', () => {
  test('this machine at the known ports, without a word of hosts', () => {
    expect(addressesOf([])).toEqual(DISCOVERY_PORTS.map((port) => `127.0.0.1:${port}`));
  });

  test('a written host at the known ports, and one with a port at that one', () => {
    expect(addressesOf(['workshop', 'shed:9000', '[fd00::1]:7', ' https://barn '], [1])).toEqual([
      '127.0.0.1:1',
      'workshop:1',
      'shed:9000',
      '[fd00::1]:7',
      'barn:1',
    ]);
  });

  test('this machine once, and not declared, however it is written', () => {
    const { addresses } = planSearch(['localhost', '127.0.0.1:1', '[::1]:1', 'localhost:4000'], [1]);
    expect(addresses.map(({ address, isDeclared }) => [address, isDeclared])).toEqual([
      ['127.0.0.1:1', false],
      ['127.0.0.1:4000', false],
    ]);
  });

  test.each(['192.0.2.0/24', '192.0.2.*', '192.0.2.1-192.0.2.9', 'a b', 'user@host', 'host:70000', 'host/path'])(
    'nowhere for %s, which is no host',
    (written) => {
      const { byHost, addresses } = planSearch([written], [1]);
      expect(byHost.get(written)).toEqual([]);
      expect(addresses).toHaveLength(1);
    },
  );

  test('never at more addresses than the known ports of the hosts that were written', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.domain(), fc.ipV4(), fc.ipV4Extended())), (hosts) => {
        expect(planSearch(hosts).addresses.length).toBeLessThanOrEqual(DISCOVERY_PORTS.length * (hosts.length + 1));
      }),
    );
  });
});

test('an entry with several endpoints of this machine is a local server, so that none is looked for', () => {
  const providers = [entryOf({ id: 'vllm', targets: [{ baseUrl: 'http://127.0.0.1:8000', weight: 1 }] })];
  expect(isSearchWanted({ settings: settingsOf({ providers }), extensions })).toBe(false);
  expect(isSearchWanted({ settings: settingsOf({}), extensions })).toBe(true);
});
