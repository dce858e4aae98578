import { z } from 'zod';
import { defineAction, type Action, type RenderContext } from '../../../contracts/commands/action.ts';
import type { PluginState } from '../../plugins/plugin-state.ts';
import type { CommandHost } from '../command-host.ts';
import { style, type Style } from '../output/color.ts';
import { table } from '../output/table.ts';

/** What the list of plugins is made of. */
interface PluginsSource {
  readonly host: Pick<CommandHost, 'plugins' | 'faults'>;
  /** Ids that the plugin has contributed, by extension point. */
  contributionsOf(pluginId: string): Readonly<Record<string, readonly string[]>>;
}

const pluginSchema = z.object({
  id: z.string(),
  version: z.string(),
  summary: z.string(),
  state: z.enum(['active', 'off', 'blocked', 'failed']),
  reason: z.string().optional().describe('why it is not active'),
  origin: z.enum(['built-in', 'workspace', 'source']),
  file: z.string(),
  needs: z.array(z.string()),
  provides: z.array(z.string()),
  contributes: z.record(z.string(), z.array(z.string())),
});

const resultSchema = z.object({
  plugins: z.array(pluginSchema),
  faults: z.array(z.object({ code: z.string(), message: z.string() })),
});

type PluginRow = z.infer<typeof pluginSchema>;

const STYLES: Readonly<Record<PluginRow['state'], Style>> = {
  active: 'green',
  off: 'dim',
  blocked: 'yellow',
  failed: 'red',
};

function listed(state: PluginState): Record<string, string[]> {
  const lists = state.plugin.definition.contributes ?? [];
  return Object.fromEntries(lists.map(({ point, ids }) => [point.id, ids === 'dynamic' ? ['...'] : [...ids]]));
}

function toRow(state: PluginState, source: PluginsSource): PluginRow {
  const { definition, file, origin } = state.plugin;
  const isActive = state.condition === 'active';
  const present = Object.entries(source.contributionsOf(definition.id)).map(([point, ids]) => [point, [...ids]]);
  return {
    id: definition.id,
    version: definition.version,
    summary: definition.summary,
    state: state.condition,
    reason: state.reason,
    origin,
    file,
    needs: (definition.needs ?? []).map((token) => token.id),
    provides: (definition.provides ?? []).map((token) => token.id),
    contributes: isActive ? (Object.fromEntries(present) as Record<string, string[]>) : listed(state),
  };
}

function detailsOf(row: PluginRow): string {
  const contributed = Object.entries(row.contributes).map(([point, ids]) => `${point}: ${ids.join(', ')}`);
  const provided = row.provides.length === 0 ? [] : [`provides: ${row.provides.join(', ')}`];
  const reason = row.reason === undefined ? [] : [row.reason];
  return [...reason, ...provided, ...contributed].join('\n') || '-';
}

function render({ plugins, faults }: z.infer<typeof resultSchema>, context: RenderContext): string {
  const rows = table(
    plugins,
    [
      { title: 'Plugin', value: (row) => row.id },
      { title: 'Version', value: (row) => row.version },
      { title: 'State', value: (row) => style(row.state, STYLES[row.state], context.hasColor) },
      { title: 'From', value: (row) => row.origin },
      { title: 'Provides and contributes', value: detailsOf },
    ],
    context,
  );
  const lines = faults.map(({ code, message }) => `${style(code, 'red', context.hasColor)} ${message}`);
  return [rows === '' ? 'There are no plugins.' : rows, ...(lines.length === 0 ? [] : ['', ...lines])].join('\n');
}

/** `wooster plugins`: every plugin, its state and why, what it provides and contributes; works while plugins are broken. */
export function pluginsAction(source: PluginsSource): Action {
  return defineAction({
    id: 'plugins',
    summary: 'List plugins: state, why one is off, what each provides',
    args: z.object({}),
    result: resultSchema,
    examples: ['plugins', 'plugins --json'],
    async run() {
      const ofPlugins = source.host.faults.filter(({ code }) => code === 'E_PLUGIN');
      return {
        plugins: source.host.plugins.map((state) => toRow(state, source)),
        faults: ofPlugins.map(({ code, message }) => ({ code, message })),
      };
    },
    render,
  });
}
