import { z } from 'zod';
import type { Logger } from '../../../src/contracts/plugins/logger.ts';
import { definePlugin, type PluginDefinition } from '../../../src/contracts/plugins/plugin-definition.ts';
import type { Workspace } from '../../../src/contracts/settings/workspace.ts';
import { ExtensionRegistry } from '../../../src/kernel/plugins/extension-registry.ts';
import { activatePlugins, type ActivationOptions } from '../../../src/kernel/plugins/plugin-host.ts';
import type { FoundPlugin } from '../../../src/kernel/plugins/plugin-state.ts';
import { createServiceContainer } from '../../../src/kernel/plugins/service-container.ts';

/** A plugin as if found in `plugins/<id>/index.ts`. */
export function found(definition: Partial<PluginDefinition> & { readonly id: string }): FoundPlugin {
  const complete = { version: '1.0.0', summary: 'a plugin', config: z.object({}), activate: () => undefined };
  return {
    definition: definePlugin({ ...complete, ...definition }),
    file: `/plugins/${definition.id}/index.ts`,
    origin: 'built-in',
  };
}

/** A logger that keeps its lines. */
export function keepingLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (message: string): void => void lines.push(message);
  return { lines, debug: keep, info: keep, warn: keep, error: keep };
}

const WORKSPACE: Workspace = {
  root: '/workspace',
  configDirectory: '/workspace/config',
  projectsDirectory: '/workspace/projects',
  vectorDataDirectory: '/workspace/vector_data',
  stateDirectory: '/workspace/.wooster',
  cacheDirectory: '/cache',
  chosenBy: 'flag',
};

/** Activates plugins with everything else empty. */
export function activate(plugins: readonly FoundPlugin[], options: Partial<ActivationOptions> = {}) {
  const log = keepingLogger();
  const registry = new ExtensionRegistry();
  const container = createServiceContainer();
  const activated = activatePlugins({
    found: plugins,
    toggles: {},
    configuration: { slices: {}, origins: {}, variable: () => undefined },
    hostTokens: [],
    container,
    registry,
    workspace: WORKSPACE,
    loggerFor: () => log,
    ...options,
  });
  return { ...activated, registry, container, log };
}
