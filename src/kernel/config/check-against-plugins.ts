import { ConfigError } from '../../contracts/errors/host-errors.ts';
import type { HostSettings } from '../../contracts/settings/settings.ts';
import { nearestName } from './faults/nearest-name.ts';
import { providerKind } from './normalise/provider/provider-kinds.ts';

/** Plugins that later versions bring; their sections are understood and do nothing. */
const LATER_PLUGINS = new Set([
  'gateway',
  'mcp',
  'dashboard',
  'images',
  'speech',
  'workflows',
  'projects',
  'user-profile',
]);

/** What is there once plugins have been found; what is absent here is not checked. */
interface KnownByPlugins {
  readonly pluginIds: readonly string[];
  readonly providerKinds?: readonly string[];
  readonly strategies?: readonly string[];
}

/**
 * Faults that show only when plugins are known: a section of a plugin that does not exist, a kind or a strategy that
 * nobody provides. A built-in kind whose plugin is off is no fault. Nor is a `PLUGIN_<ID>_ENABLED` of an unknown plugin,
 * since other programs may have such names too.
 */
export function checkAgainstPlugins(settings: HostSettings, known: KnownByPlugins): readonly ConfigError[] {
  return [
    ...unknownPlugins(settings, known.pluginIds),
    ...unknownKinds(settings, known),
    ...unknownStrategy(settings, known),
  ];
}

function unknownPlugins({ plugins }: HostSettings, known: readonly string[]): ConfigError[] {
  const origins = new Map<string, string>();
  for (const [path, origin] of Object.entries(plugins.origins)) origins.set(path.split('.')[0] ?? '', origin);
  for (const [id, { origin }] of Object.entries(plugins.toggles)) origins.set(id, origin);
  return [...origins]
    .filter(([id, origin]) => !known.includes(id) && !LATER_PLUGINS.has(id) && !/^(environment|\.env): /.test(origin))
    .map(([id, origin]) => missing({ what: `no plugin \`${id}\``, name: id, known, path: `plugins.${id}`, origin }));
}

function unknownKinds({ providers }: HostSettings, { providerKinds }: KnownByPlugins): ConfigError[] {
  if (providerKinds === undefined) return [];
  return providers
    .filter(({ isEnabled, kind }) => isEnabled && !providerKinds.includes(kind) && providerKind(kind) === undefined)
    .map(({ id, kind, origin }) =>
      missing({
        what: `no kind of provider \`${kind}\``,
        name: kind,
        known: providerKinds,
        path: `providers.${id}.kind`,
        origin,
      }),
    );
}

function unknownStrategy({ routing }: HostSettings, { strategies }: KnownByPlugins): ConfigError[] {
  if (strategies === undefined || strategies.includes(routing.strategy)) return [];
  const origin = routing.strategyOrigin ?? 'default';
  return [
    missing({
      what: `no strategy \`${routing.strategy}\``,
      name: routing.strategy,
      known: strategies,
      path: 'routing.strategy',
      origin,
    }),
  ];
}

interface Missing {
  readonly what: string;
  readonly name: string;
  readonly known: readonly string[];
  readonly path: string;
  readonly origin: string;
}

function missing({ what, name, known, path, origin }: Missing): ConfigError {
  const near = nearestName(name, known);
  const hint = near === undefined ? `there is ${known.join(', ') || 'none'}` : `did you mean \`${near}\`?`;
  return new ConfigError(`${origin}: there is ${what}; ${hint}`, { path, origin });
}
