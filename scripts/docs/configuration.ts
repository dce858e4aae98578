import type { z } from 'zod';
import { ENVIRONMENT_NAMES } from '../../src/kernel/config/environment/environment-names.ts';
import { wantedBy } from '../../src/kernel/config/faults/wanted.ts';
import { BUILT_IN_DEFAULTS } from '../../src/kernel/config/schema/built-in-defaults.ts';
import { SETTING_NOTES } from '../../src/kernel/config/schema/setting.ts';
import { settingsBelow } from '../../src/kernel/config/schema/schema-path.ts';
import { settingsSchema } from '../../src/kernel/config/schema/settings-schema.ts';
import { OLDER_PATHS, canonicalPath } from '../../src/kernel/config/shapes/canonical-path.ts';
import { CONFIGURATION_INTRODUCTION } from './markdown/configuration-introduction.ts';
import type { GeneratedPage } from './markdown/generated-page.ts';
import { pluginDefinitions } from './markdown/plugin-definitions.ts';
import { pluginSettings } from './markdown/plugin-settings.ts';
import { GENERATED_NOTICE, code, table } from './markdown/table.ts';

type Setting = ReturnType<typeof settingsBelow> extends Generator<infer One> ? One : never;

/** Settings in today's names, without other spellings of the same. */
function settingsOfToday(): Setting[] {
  return [...settingsBelow(settingsSchema)].filter(({ segments, schema }) => {
    const notes = SETTING_NOTES.get(schema);
    return notes !== undefined && notes.sameAs === undefined && isOwnName(segments);
  });
}

function isOwnName(segments: readonly string[]): boolean {
  return canonicalPath(segments).segments.join('.') === segments.join('.');
}

function defaultOf({ segments, schema }: Setting): string {
  const value = segments.reduce<unknown>(
    (at, key) => (at as Record<string, unknown> | undefined)?.[key],
    BUILT_IN_DEFAULTS,
  );
  return value === undefined ? (SETTING_NOTES.get(schema)?.defaultText ?? '') : code(value);
}

/** Names of the environment for a setting; those of one provider say which. */
function namesOf(segments: readonly string[]): string {
  const pattern = new RegExp(`^${segments.map((key) => (key === '<id>' ? '([^.]+)' : key)).join('\\.')}$`);
  return ENVIRONMENT_NAMES.flatMap(({ name, path = '' }) => {
    const id = pattern.exec(path);
    if (id === null) return [];
    return [id[1] === undefined ? code(name) : `${code(name)} (${id[1]})`];
  }).join(', ');
}

function settingTable(settings: readonly Setting[]): string {
  return table(
    ['Setting', 'Wanted', 'Default', 'Environment', 'Meaning'],
    settings.map((setting) => {
      const path = setting.segments.join('.');
      const environment = path === 'plugins.<id>.enabled' ? '`PLUGIN_<ID>_ENABLED`' : namesOf(setting.segments);
      return [
        code(path),
        wanted(setting.schema),
        defaultOf(setting),
        environment,
        SETTING_NOTES.get(setting.schema)?.meaning ?? '',
      ];
    }),
  );
}

function wanted(schema: z.ZodType): string {
  const words = wantedBy(schema);
  return SETTING_NOTES.get(schema)?.isSecret === true ? `${words}, secret` : words;
}

function sections(settings: readonly Setting[]): string[] {
  const byName = Map.groupBy(settings, ({ segments }) => segments[0] ?? '');
  return [...byName].flatMap(([name, own]) => [`### ${code(name)}`, settingTable(own)]);
}

function show(path: string): string {
  return code(path.replaceAll('**', '…').replaceAll('*', '<id>'));
}

function olderNames(): string {
  return table(
    ['Older name', 'Today'],
    OLDER_PATHS.map(([from, to]) => [show(from), show(to)]),
  );
}

/** Every setting: how layers and permission work, types, defaults, names of the environment, older names. */
export const page: GeneratedPage = {
  path: 'docs/configuration.md',
  async render() {
    const all = settingsOfToday();
    const plugins = (await pluginDefinitions()).flatMap(({ id, config }) => pluginSettings(id, config));
    return [
      '# Configuration',
      GENERATED_NOTICE,
      CONFIGURATION_INTRODUCTION,
      '## Settings',
      ...sections(all),
      ...(plugins.length === 0
        ? []
        : ['### Settings of plugins', table(['Setting', 'Wanted', 'Default', 'Meaning'], plugins)]),
      '## Older names',
      'Files with these names load unchanged; `…` stands for any rest, `<id>` for any one name.',
      olderNames(),
    ].join('\n\n');
  },
};
