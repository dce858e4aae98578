import { readdir } from 'node:fs/promises';
import {
  ACTIONS,
  CONTENT_DETECTORS,
  definePlugin,
  MODEL_ROUTER,
  PRIVACY_CHOICES,
  PRIVACY_POLICY,
  SETTINGS,
  type PluginScope,
} from 'wooster';
import { z } from 'zod';
import { privacyAction } from './privacy-action.ts';

/** Every project has a folder of its name, whichever plugin keeps it. */
async function projectsIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
}

function activate(scope: PluginScope): void {
  scope.contribute(
    ACTIONS,
    privacyAction({
      settings: () => scope.get(SETTINGS),
      policy: () => scope.get(PRIVACY_POLICY),
      choices: () => scope.get(PRIVACY_CHOICES),
      router: () => scope.get(MODEL_ROUTER),
      detectors: () => scope.extensions.list(CONTENT_DETECTORS),
      projects: () => projectsIn(scope.workspace.projectsDirectory),
    }),
  );
}

/** What may go where and why, and the choices of people about it. The policy itself is the host's and holds without this plugin. */
export const plugin = definePlugin({
  id: 'privacy',
  version: '0.1.0',
  summary: 'Shows what may go to which cloud and why, and keeps what you allow and refuse.',
  config: z.strictObject({}),
  needs: [SETTINGS, PRIVACY_POLICY, PRIVACY_CHOICES, MODEL_ROUTER],
  contributes: [{ point: ACTIONS, ids: ['privacy'] }],
  activate,
});
