import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineExtensionPoint } from '../../../src/contracts/plugins/extension-point.ts';
import type { PluginScope } from '../../../src/contracts/plugins/plugin-definition.ts';
import { Secret } from '../../../src/contracts/settings/secret.ts';
import { defineToken } from '../../../src/contracts/plugins/token.ts';
import { activate, found } from './plugin-doubles.ts';

const LAMP = defineToken<string>('lamp');
const WORDS = defineExtensionPoint<{ id: string }>({ id: 'words', summary: 'words', idOf: ({ id }) => id });

function messages({ faults }: ReturnType<typeof activate>): string[] {
  return faults.map(({ message }) => message);
}

describe('activation', () => {
  test('gives a plugin what another one provides, and its own checked settings', () => {
    let seen: unknown;
    const result = activate(
      [
        found({
          id: 'reader',
          needs: [LAMP],
          config: z.object({ pages: z.number().default(3) }),
          activate: (scope) => void (seen = [scope.get(LAMP), scope.config]),
        }),
        found({ id: 'lamps', provides: [LAMP], activate: (scope) => scope.provide(LAMP, 'bright') }),
      ],
      { configuration: { slices: { reader: { pages: 7 } }, origins: {}, variable: () => undefined } },
    );
    expect([messages(result), seen]).toEqual([[], ['bright', { pages: 7 }]]);
  });

  test.each<[string, (scope: PluginScope) => unknown, RegExp]>([
    ['asks for a service it does not name', (scope) => scope.get(LAMP), /asks for lamp without naming it in `needs`/],
    ['provides what it does not name', (scope) => scope.provide(LAMP, 'x'), /provides lamp without naming it/],
    [
      'throws something',
      () => {
        throw new TypeError('oh');
      },
      /failed to activate: oh \(\/plugins\/wrong/,
    ],
    ['hands back a promise', () => Promise.reject(new Error('late')), /activate must not be async/],
  ])('a plugin that %s is a fault with its name and file', (_, body, line) => {
    const result = activate([found({ id: 'wrong', activate: body })]);
    expect(messages(result)).toEqual([expect.stringMatching(line)]);
    expect(messages(result)[0]).toContain('/plugins/wrong/index.ts');
    expect(result.states).toMatchObject([{ condition: 'failed' }]);
  });

  test('a promise of the definition that is not kept is a fault', () => {
    const unkept = activate([found({ id: 'lamps', provides: [LAMP] })]);
    expect(messages(unkept)[0]).toMatch(/names lamp in `provides` and does not provide it/);
    const silent = activate([found({ id: 'silent', contributes: [{ point: WORDS, ids: ['one'] }] })]);
    expect(messages(silent)[0]).toMatch(/lists one for words and does not contribute it/);
    const talkative = found({
      id: 'talkative',
      contributes: [{ point: WORDS, ids: [] }],
      activate: (scope) => void scope.contribute(WORDS, { id: 'two' }),
    });
    expect(messages(activate([talkative]))[0]).toMatch(
      /contributes two to words, which its `contributes` does not list/,
    );
    const elsewhere = found({ ...talkative.definition, contributes: [] });
    expect(messages(activate([elsewhere]))[0]).toMatch(/a point its `contributes` does not name/);
  });

  test('a duplicate id at start names both plugins, and at run time is only refused', () => {
    let late: (() => void) | undefined;
    const one = found({ id: 'one', activate: (scope) => void scope.contribute(WORDS, { id: 'word' }) });
    const two = found({ id: 'two', activate: (scope) => void scope.contribute(WORDS, { id: 'word' }) });
    expect(messages(activate([one, two]))).toEqual([
      'plugin two contributes word to words, but plugin one has it; ids must be unique',
    ]);
    const three = found({
      id: 'three',
      activate: (scope) => void (late = () => void scope.contribute(WORDS, { id: 'word' })),
    });
    const result = activate([one, three]);
    late?.();
    expect([messages(result), result.log.lines]).toEqual([[], ['a contribution was refused']]);
    expect(result.registry.ownerOf(WORDS, 'word')).toBe('one');
  });

  test('a plugin that fails takes its contributions back, and those that need it are blocked', async () => {
    const lamps = found({
      id: 'lamps',
      provides: [LAMP],
      activate(scope) {
        scope.contribute(WORDS, { id: 'word' });
        scope.provide(LAMP, 'dim');
        throw new Error('broken');
      },
    });
    const result = activate([lamps, found({ id: 'reader', needs: [LAMP] })]);
    await result.dispose();
    expect(result.registry.list(WORDS)).toEqual([]);
    expect(result.states.map(({ condition }) => condition)).toEqual(['failed', 'blocked']);
  });

  test('everything is undone in reverse order, a hanging or failing disposal does not stop the rest, and twice is once', async () => {
    const undone: string[] = [];
    const plugin = (id: string, extra?: (scope: PluginScope) => void) =>
      found({
        id,
        activate(scope) {
          scope.add({ dispose: () => void undone.push(`${id} first`) });
          extra?.(scope);
          scope.add({ dispose: () => void undone.push(`${id} second`) });
        },
      });
    const result = activate(
      [
        plugin('one', (scope) => scope.add({ dispose: () => new Promise(() => undefined) })),
        plugin('two', (scope) => scope.add({ dispose: () => Promise.reject(new Error('stuck')) })),
      ],
      { disposalLimitMs: 20 },
    );
    await result.dispose();
    await result.dispose();
    expect(undone).toEqual(['two second', 'two first', 'one second', 'one first']);
    expect(result.log.lines).toEqual(['a disposal failed', 'a disposal took too long and was left behind']);
  });
});

describe('the settings of a plugin', () => {
  const plugin = found({
    id: 'reader',
    config: z.object({
      pages: z.number().default(1),
      lamp: z.object({ isBright: z.boolean() }).optional(),
      names: z.array(z.string()).default([]),
      key: z.instanceof(Secret).optional(),
    }),
    env: [
      { name: 'READER_PAGES', path: 'pages' },
      { name: 'READER_BRIGHT', path: 'lamp.isBright' },
      { name: 'READER_NAMES', path: 'names' },
      { name: 'READER_KEY', path: 'key', isSecret: true },
    ],
  });
  const variables: Readonly<Record<string, string>> = {
    READER_PAGES: '12',
    READER_BRIGHT: 'yes',
    READER_NAMES: 'a, b',
    READER_KEY: 'sesame',
  };
  const variable = (name: string) => {
    const value = variables[name];
    return value === undefined ? undefined : { value, origin: `environment: ${name}` };
  };

  function settingsWith(slice: Record<string, unknown>, origins: Record<string, string> = {}): unknown {
    let settings: unknown;
    const catching = {
      ...plugin,
      definition: { ...plugin.definition, activate: (scope: PluginScope) => void (settings = scope.config) },
    };
    activate([catching], { configuration: { slices: { reader: slice }, origins, variable } });
    return settings;
  }

  test('come from the environment in the types of the schema, over what files say', () => {
    expect(settingsWith({ pages: 2 })).toEqual({
      pages: 12,
      lamp: { isBright: true },
      names: ['a', 'b'],
      key: new Secret('sesame'),
    });
  });

  test('of a flag are stronger than those of the environment', () => {
    expect(settingsWith({ pages: 2 }, { 'reader.pages': 'flag: --set' })).toMatchObject({ pages: 2 });
  });

  test('that are wrong or unknown are faults with plugin, field, origin and the nearest name', () => {
    const origins = {
      'reader.pgaes': 'config/local.json: plugins.reader.pgaes',
      'reader.pages': 'config/local.json: plugins.reader.pages',
    };
    const slices = { reader: { pgaes: 1, pages: 'many' } };
    const result = activate([plugin], { configuration: { slices, origins, variable: () => undefined } });
    expect(messages(result)).toEqual([
      'config/local.json: plugins.reader.pgaes: plugins.reader.pgaes is no setting of the plugin (did you mean pages?)',
      expect.stringMatching(/^config\/local\.json: plugins\.reader\.pages: plugins\.reader\.pages is wrong: .*number/),
    ]);
    expect(result.faults[0]).toMatchObject({ code: 'E_CONFIG', details: { plugin: 'reader' } });
  });
});
