import { join } from 'node:path';
import type { PluginDefinition } from '../../../src/contracts/plugins/plugin-definition.ts';
import { discoverPlugins } from '../../../src/kernel/plugins/discovery/discover-plugins.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** The plugins that come with the package, by id; the first that cannot be loaded is thrown. */
export async function pluginDefinitions(): Promise<readonly PluginDefinition[]> {
  const { found, faults } = await discoverPlugins({
    builtInDirectory: join(ROOT, 'plugins'),
    workspaceRoot: ROOT,
    packageRoot: ROOT,
    sources: [],
  });
  if (faults[0] !== undefined) throw faults[0];
  return found.map(({ definition }) => definition).sort((left, right) => (left.id < right.id ? -1 : 1));
}
