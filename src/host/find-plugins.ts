import { fileURLToPath } from 'node:url';
import type { LoadedConfiguration } from '../kernel/config/load.ts';
import { discoverPlugins, type Discovery } from '../kernel/plugins/discovery/discover-plugins.ts';
import type { FoundPlugin } from '../kernel/plugins/plugin-state.ts';
import { hostPackage } from './host-package.ts';

const BUILT_IN_PLUGINS = fileURLToPath(new URL('../../plugins', import.meta.url));

/** Which plugins a host is made of, when not of all that are found. */
interface PluginChoice {
  readonly only?: readonly string[];
  readonly plugins?: readonly FoundPlugin[];
}

/** Discovers the plugins of the package, of the workspace and of `plugins.sources`, or takes the given ones. */
export async function findPlugins(configuration: LoadedConfiguration, choice: PluginChoice): Promise<Discovery> {
  if (choice.plugins !== undefined) return { found: choice.plugins, faults: [], isWhole: false };
  const { settings, workspace } = configuration;
  const discovery = await discoverPlugins({
    builtInDirectory: BUILT_IN_PLUGINS,
    workspaceRoot: workspace.root,
    packageRoot: hostPackage().directory,
    sources: settings.plugins.sources,
    isDisabled: (folder) => settings.plugins.toggles[folder]?.isEnabled === false,
  });
  const { only } = choice;
  if (only === undefined) return discovery;
  const found = discovery.found.filter(({ definition }) => only.includes(definition.id));
  return { found, faults: discovery.faults, isWhole: false };
}

/** Texts that plugins declare to be secret although their names do not say so. */
export function declaredSecrets(found: readonly FoundPlugin[], { variables }: LoadedConfiguration): string[] {
  const bindings = found.flatMap(({ definition }) => definition.env ?? []);
  return bindings
    .flatMap(({ name, isSecret }) => (isSecret === true ? variables.each(name) : []))
    .map(({ value }) => value);
}
