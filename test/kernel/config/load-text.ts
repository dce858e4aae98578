import { posix } from 'node:path';
import type { Environment } from '../../../src/kernel/config/env.ts';
import type { ConfigurationFlags } from '../../../src/kernel/config/layers/flag-layer.ts';
import { loadConfiguration } from '../../../src/kernel/config/load.ts';
import type { LoadedConfiguration } from '../../../src/kernel/config/load.ts';

/** Files by path below the workspace, an environment and flags: what one test configures. */
export interface Layers {
  readonly files?: Readonly<Record<string, unknown>>;
  readonly environment?: Environment;
  readonly flags?: ConfigurationFlags;
}

const ROOT = '/nowhere/workspace';

/** Loads a configuration from memory; objects become JSON, texts stay. `package/` is the folder of the package. */
export function load({ files = {}, environment = {}, flags = {} }: Layers): Promise<LoadedConfiguration> {
  const texts = new Map<string, string>();
  for (const [path, content] of Object.entries(files)) {
    const absolute = path.startsWith('package/') ? posix.join('/nowhere', path) : posix.join(ROOT, path);
    texts.set(absolute, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return loadConfiguration({
    flags: { home: ROOT, ...flags },
    environment,
    workingDirectory: ROOT,
    packageDirectory: '/nowhere/package',
    home: '/nowhere/home',
    platform: 'linux',
    readText: async (path) => texts.get(path),
  });
}

/** The messages of all faults. */
export function messages(loaded: LoadedConfiguration): string[] {
  return loaded.faults.map(({ message }) => message);
}

/** One provider entry, without what is undefined. */
export function provider(loaded: LoadedConfiguration, id: string): Record<string, unknown> | undefined {
  const entry = loaded.settings.providers.find((one) => one.id === id);
  return entry && Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
}
