import type { DemoStep } from 'wooster';
import type { EmbeddedRuntime } from '../runtime/embedded-runtime.ts';
import { isEverythingPresent, prepareEverything } from '../runtime/prepare-everything.ts';

/** Fetches the embedded models and their engines, with progress; seconds when they are there. */
export function setupStep(runtime: EmbeddedRuntime): DemoStep {
  return {
    id: 'setup',
    title: 'Setting up the embedded models',
    order: 20,
    isForFolders: true,
    run: async ({ signal, progress, terminal }) => {
      const wasPresent = await isEverythingPresent(runtime);
      const subscription = runtime.onPreparation(progress);
      try {
        const { modelPath, embedderPaths } = await prepareEverything(runtime, signal);
        progress.finish();
        for (const path of [modelPath, ...embedderPaths]) {
          terminal.write(`${wasPresent ? 'already here' : 'ready'}: ${path}\n`);
        }
      } finally {
        await subscription.dispose();
      }
    },
  };
}
