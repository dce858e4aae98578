import { CLOUD_NAMES } from './cloud-names.ts';
import type { EnvironmentName } from './environment-name.ts';
import { LATER_NAMES } from './later-names.ts';
import { LOCAL_NAMES } from './local-names.ts';
import { PROXY_NAMES } from './proxy-names.ts';
import { ROUTING_NAMES } from './routing-names.ts';
import { WOOSTER_NAMES } from './wooster-names.ts';

/** Every name that is read, besides `PLUGIN_<ID>_ENABLED` and those that plugins declare. */
export const ENVIRONMENT_NAMES: readonly EnvironmentName[] = [
  ...WOOSTER_NAMES,
  ...ROUTING_NAMES,
  ...LOCAL_NAMES,
  ...CLOUD_NAMES,
  ...PROXY_NAMES,
  ...LATER_NAMES,
];

/** Plugin ids as old names of the environment have them. */
const OLD_PLUGIN_IDS: Readonly<Record<string, string>> = { localmlx: 'local-model' };

/** The plugin that `PLUGIN_<ID>_ENABLED` switches; undefined for any other name. */
export function pluginOfToggle(name: string): string | undefined {
  const id = /^PLUGIN_([A-Z0-9][A-Z0-9_]*)_ENABLED$/.exec(name)?.[1]?.toLowerCase().replaceAll('_', '-');
  return id === undefined ? undefined : (OLD_PLUGIN_IDS[id] ?? id);
}
