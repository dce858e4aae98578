import { describe, expect, test } from '@jest/globals';
import { CATALOGUE, CATALOGUE_SOURCES, type CatalogueEntry, type Logger } from 'wooster';
import { ExtensionRegistry } from '../../../src/kernel/plugins/extension-registry.ts';
import { ModelCatalogue, readCatalogue } from '../../../src/routing/targets/model-catalogue.ts';

const nothing = (): void => {};

function logger(lines: string[]): Logger {
  return { debug: nothing, info: nothing, error: nothing, warn: (line) => void lines.push(line) };
}

function entry(id: string, changes: Partial<CatalogueEntry> = {}): CatalogueEntry {
  return { id, matches: [id], source: 'a list', date: '2026-10-01', ...changes };
}

describe('the catalogue', () => {
  test('lets no wrong entry in, and tells once which it is and what is wrong with it', () => {
    const lines: string[] = [];
    const registry = new ExtensionRegistry();
    registry.add(CATALOGUE, entry('good'), 'p');
    registry.add(CATALOGUE, entry('undated', { date: 'yesterday' }), 'p');
    registry.add(CATALOGUE, { ...entry('odd'), wheels: 4 } as CatalogueEntry, 'p');
    const catalogue = new ModelCatalogue(registry, logger(lines));
    expect(catalogue.entries().map(({ id }) => id)).toEqual(['good']);
    expect(catalogue.entries()).toHaveLength(1);
    expect(lines).toEqual([
      expect.stringMatching(/^catalogue entry undated: date: must be a date like 2026-11-28; /),
      expect.stringMatching(/^catalogue entry odd: .*wheels/),
    ]);
  });

  test('loads a source once, when it is asked to, and does without one that fails', async () => {
    const lines: string[] = [];
    let loads = 0;
    const registry = new ExtensionRegistry();
    const load = async (): Promise<readonly CatalogueEntry[]> => [entry(`loaded ${(loads += 1)}`)];
    registry.add(CATALOGUE_SOURCES, { id: 'whole', load }, 'p');
    registry.add(CATALOGUE_SOURCES, { id: 'broken', load: () => Promise.reject(new Error('no disk')) }, 'p');
    const catalogue = new ModelCatalogue(registry, logger(lines));
    expect(catalogue.entries()).toEqual([]);
    await Promise.all([catalogue.ready(), catalogue.ready()]);
    expect(catalogue.entries().map(({ id }) => id)).toEqual(['loaded 1']);
    expect(lines).toEqual(['a part of the catalogue could not be loaded']);
  });

  test('has the entries of the settings first, and of two with one id the first', async () => {
    const registry = new ExtensionRegistry();
    registry.add(CATALOGUE, entry('m'), 'p');
    registry.add(CATALOGUE, entry('mine', { isConfigured: true }), 'p');
    const again = [entry('m', { source: 'a later list' })];
    registry.add(CATALOGUE_SOURCES, { id: 's', load: () => Promise.resolve(again) }, 'p');
    const entries = await readCatalogue(registry, logger([]));
    expect(entries.map(({ id, source }) => [id, source])).toEqual([
      ['mine', 'a list'],
      ['m', 'a list'],
    ]);
  });
});
