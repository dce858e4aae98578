import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FoundPlugin } from '../../src/kernel/plugins/plugin-state.ts';
import { plugin as batch } from '../../plugins/batch/index.ts';
import { plugin as cloudModels } from '../../plugins/cloud-models/index.ts';
import { plugin as localModel } from '../../plugins/local-model/index.ts';
import { plugin as privacy } from '../../plugins/privacy/index.ts';
import { plugin as projects } from '../../plugins/projects/index.ts';
import { plugin as responseCache } from '../../plugins/response-cache/index.ts';
import { plugin as usage } from '../../plugins/usage/index.ts';
import { plugin as userProfile } from '../../plugins/user-profile/index.ts';
import { hostTokens, registerHostServices } from '../../src/host/host-services.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { loadConfiguration } from '../../src/kernel/config/load.ts';
import { checkDefinition } from '../../src/kernel/plugins/discovery/definition-schema.ts';
import { ExtensionRegistry } from '../../src/kernel/plugins/extension-registry.ts';
import { activatePlugins } from '../../src/kernel/plugins/plugin-host.ts';
import { createServiceContainer } from '../../src/kernel/plugins/service-container.ts';
import { keepingLogger } from '../kernel/plugins/plugin-doubles.ts';

const PACKAGE = new URL('../../', import.meta.url).pathname;

/** Every plugin that comes with the package, checked. */
export const BUILT_IN: readonly FoundPlugin[] = Object.entries({
  batch,
  'cloud-models': cloudModels,
  'local-model': localModel,
  privacy,
  projects,
  'response-cache': responseCache,
  usage,
  'user-profile': userProfile,
}).map(([folder, definition]) => ({
  definition: checkDefinition(definition, `plugins/${folder}/index.ts`),
  file: `plugins/${folder}/index.ts`,
  origin: 'built-in',
}));

/** Reads the shipped configuration for a workspace that does not exist, and gives what activates plugins with it. */
export async function preparedActivation() {
  const home = join(tmpdir(), 'wooster-no-such-home');
  const { settings, workspace } = await loadConfiguration({
    flags: { home },
    environment: {},
    workingDirectory: home,
    packageDirectory: PACKAGE,
    home,
    platform: process.platform,
  });
  const registry = new ExtensionRegistry();
  const container = createServiceContainer();
  const log = keepingLogger();
  registerHostServices(container, { settings, workspace, clock: systemClock, log, extensions: registry });
  const configuration = { slices: {}, origins: {}, variable: () => undefined };
  return {
    registry,
    activate: () =>
      activatePlugins({
        found: BUILT_IN,
        toggles: {},
        configuration,
        hostTokens,
        container,
        registry,
        workspace,
        loggerFor: () => log,
      }),
  };
}
