import { readdirSync } from 'node:fs';
import type { ProviderDescriptor } from 'wooster';
import type { HubAccess } from '../lifecycle/lifecycle-context.ts';
import { embedded } from './embedded.ts';
import type { EmbeddedPort } from './embedded/embedded-port.ts';
import type { ServerSupervision } from '../supervision/server-supervision.ts';
import type { PresetDescriptor } from './server/preset.ts';

const PRESETS_FOLDER = new URL('./presets/', import.meta.url);

/** `.ts` in the repository, `.js` when built. */
const MODULE_FILE = import.meta.url.endsWith('.ts') ? /(?<!\.d)\.ts$/ : /\.js$/;

function isDescriptor(value: unknown): value is ProviderDescriptor {
  return typeof value === 'object' && value !== null && 'create' in value && 'locality' in value;
}

/** Every descriptor that a file in or below the presets folder exports, so that a new preset is its file and nothing else. */
async function loadPresets(): Promise<readonly ProviderDescriptor[]> {
  const files = readdirSync(PRESETS_FOLDER, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => MODULE_FILE.test(name))
    .sort();
  const modules = await Promise.all(files.map((name) => import(new URL(name, PRESETS_FOLDER).href) as Promise<object>));
  return modules.flatMap((module) => Object.values(module).filter(isDescriptor));
}

const presets = await loadPresets();

/** Ids of what `localProviders` gives. */
export const LOCAL_PROVIDER_IDS: readonly string[] = [...presets.map(({ id }) => id), 'embedded'];

function isPreset(descriptor: ProviderDescriptor): descriptor is PresetDescriptor {
  return 'withHub' in descriptor;
}

/**
 * The kinds of local providers that are built in: the servers, and what runs inside Wooster. Without a hub none fetches
 * from one, without supervision none is started.
 */
export function localProviders(
  runtime: EmbeddedPort,
  hub?: HubAccess,
  supervision?: ServerSupervision,
): readonly ProviderDescriptor[] {
  const servers = presets.map((each) => {
    if (!isPreset(each)) return each;
    const preset = hub === undefined ? each : each.withHub(hub);
    return supervision?.supervise(preset, preset.preset) ?? preset;
  });
  return [...servers, embedded(runtime)];
}
