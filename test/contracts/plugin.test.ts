import { createHook } from 'node:async_hooks';
import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { BUILT_IN, preparedActivation } from './host-parts.ts';

/** What Node makes for files, sockets, names, processes, threads and timers. */
const OUTSIDE = /^(FS|TCP|UDP|PIPE|TTY|PROCESS|WORKER|GETADDRINFO|DNS|HTTP|Timeout)/;

test('every folder of plugins with an entry is proven here', () => {
  const folders = readdirSync(new URL('../../plugins', import.meta.url), { withFileTypes: true });
  const names = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(BUILT_IN.map(({ definition }) => definition.id).toSorted()).toEqual(names.toSorted());
});

test('activation touches neither disk nor network, starts nothing, and has no fault', async () => {
  const { activate } = await preparedActivation();
  const made: string[] = [];
  const hook = createHook({ init: (_id, type) => void (OUTSIDE.test(type) && made.push(type)) }).enable();
  const activated = activate();
  hook.disable();
  expect([made, activated.faults.map(({ message }) => message)]).toEqual([[], []]);
  await activated.dispose();
});

describe.each(BUILT_IN.map(({ definition }) => [definition.id, definition] as const))('plugin %s', (id, definition) => {
  test('has one sentence as its summary', () => {
    expect(definition.summary).toMatch(/^[A-Z].{10,110}$/);
  });

  test('lists everything it contributes, point by point', async () => {
    const { activate, registry } = await preparedActivation();
    const activated = activate();
    const contributed = registry.idsOf(id);
    const listed = Object.fromEntries((definition.contributes ?? []).map(({ point, ids }) => [point.id, ids]));
    for (const [point, ids] of Object.entries(contributed)) {
      expect([point, listed[point] === 'dynamic' ? 'dynamic' : [...(listed[point] ?? [])].toSorted()]).toEqual([
        point,
        listed[point] === 'dynamic' ? 'dynamic' : ids.toSorted(),
      ]);
    }
    await activated.dispose();
    expect(registry.idsOf(id)).toEqual({});
  });
});
