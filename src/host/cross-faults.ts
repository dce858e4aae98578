import { PROVIDERS } from '../contracts/models/provider.ts';
import type { WoosterError } from '../contracts/errors/wooster-error.ts';
import type { ExtensionPoint } from '../contracts/plugins/extension-point.ts';
import { STRATEGIES } from '../contracts/routing/strategy.ts';
import type { HostSettings } from '../contracts/settings/settings.ts';
import { checkAgainstPlugins } from '../kernel/config/check-against-plugins.ts';
import type { ExtensionRegistry } from '../kernel/plugins/extension-registry.ts';
import type { PluginState } from '../kernel/plugins/plugin-state.ts';

/** Settings that name a plugin, a kind or a strategy which nothing brings; kinds of a plugin that is off are not known. */
export function crossFaults(
  settings: HostSettings,
  registry: ExtensionRegistry,
  states: readonly PluginState[],
): readonly WoosterError[] {
  const areAllActive = states.every(({ condition }) => condition === 'active');
  const ids = <T extends { readonly id: string }>(point: ExtensionPoint<T>): string[] | undefined =>
    areAllActive && registry.list(point).length > 0 ? registry.list(point).map(({ id }) => id) : undefined;
  return checkAgainstPlugins(settings, {
    pluginIds: states.map(({ plugin }) => plugin.definition.id),
    providerKinds: ids(PROVIDERS),
    strategies: ids(STRATEGIES),
  });
}
