import { describe, expect, test } from '@jest/globals';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { load, messages, provider } from './load-text.ts';

const CONFIG = join(import.meta.dirname, '..', '..', '..', 'config');

describe('the shipped files', () => {
  test('every example loads without a fault, under its own name', async () => {
    const names = await readdir(join(CONFIG, 'examples'));
    expect(names.sort()).toEqual(['llm_providers.yaml', 'local.yaml']);
    for (const name of names) {
      const loaded = await load({
        files: { [`config/${name}`]: await readFile(join(CONFIG, 'examples', name), 'utf8') },
      });
      expect(messages(loaded)).toEqual([]);
      expect(provider(loaded, 'ollama')).toMatchObject({
        isEnabled: true,
        baseUrl: 'http://localhost:11434',
        priority: 1,
      });
      expect(loaded.settings.providers.some(({ permission }) => permission !== undefined)).toBe(false);
    }
  });

  test('the shipped defaults permit nothing and refuse nothing', async () => {
    const text = await readFile(join(CONFIG, 'default.json'), 'utf8');
    const { faults, settings } = await load({ files: { 'package/config/default.json': text } });
    expect(faults).toEqual([]);
    expect(settings.routing).toMatchObject({ strategy: 'local-first', privacy: 'any' });
    expect([settings.routing.cloudPermission, settings.routing.cloudRefusal]).toEqual([undefined, undefined]);
    expect(settings.providers.map(({ id }) => id)).toEqual(['embedded']);
  });
});
