import { describe, expect, test } from '@jest/globals';
import { SERVICES } from '../../../src/contracts/plugins/plugin-definition.ts';
import { ExtensionRegistry } from '../../../src/kernel/plugins/extension-registry.ts';
import { startServices } from '../../../src/kernel/plugins/run-services.ts';
import { keepingLogger } from './plugin-doubles.ts';

describe('services', () => {
  test('start in order, and hear of the end by their signal', async () => {
    const registry = new ExtensionRegistry();
    const seen: string[] = [];
    for (const id of ['one', 'two']) {
      registry.add(
        SERVICES,
        {
          id,
          start: (signal) => {
            seen.push(id);
            signal.addEventListener('abort', () => seen.push(`${id} ended`));
          },
        },
        'a',
      );
    }
    const controller = new AbortController();
    await startServices({ registry, log: keepingLogger(), signal: controller.signal });
    controller.abort();
    expect(seen).toEqual(['one', 'two', 'one ended', 'two ended']);
  });

  test.each<[string, () => Promise<void>, RegExp]>([
    ['fails', () => Promise.reject(new Error('no port')), /^service slow of plugin a failed to start: no port$/],
    ['does not come back', () => new Promise(() => undefined), /^service slow of plugin a did not start within 20 ms$/],
  ])('one that %s is a fault that names it', async (_, start, line) => {
    const registry = new ExtensionRegistry();
    registry.add(SERVICES, { id: 'slow', start }, 'a');
    const { signal } = new AbortController();
    await expect(startServices({ registry, log: keepingLogger(), signal, limitMs: 20 })).rejects.toThrow(line);
  });

  test('one that comes later is started too, and its failure is only logged', async () => {
    const registry = new ExtensionRegistry();
    const log = keepingLogger();
    let isStarted = false;
    await startServices({ registry, log, signal: new AbortController().signal });
    registry.add(SERVICES, { id: 'late', start: () => void (isStarted = true) }, 'a');
    registry.add(
      SERVICES,
      {
        id: 'bad',
        start: () => {
          throw new Error('no');
        },
      },
      'a',
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect([isStarted, log.lines]).toEqual([true, ['a late service failed']]);
  });
});
