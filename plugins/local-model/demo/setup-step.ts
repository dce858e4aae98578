import type { DemoStep } from 'wooster';
import type { EmbeddedRuntime } from '../runtime/embedded-runtime.ts';

/** Fetches the embedded model and its engine, with progress; seconds when they are there. */
export function setupStep(runtime: EmbeddedRuntime): DemoStep {
  return {
    id: 'setup',
    title: 'Setting up the embedded model',
    order: 20,
    run: async ({ signal, progress, terminal }) => {
      const wasPresent = await runtime.isPresent();
      const subscription = runtime.onPreparation(progress);
      try {
        const { modelPath } = await runtime.prepare(signal, true);
        progress.finish();
        terminal.write(`${wasPresent ? 'already here' : 'ready'}: ${modelPath}\n`);
      } finally {
        await subscription.dispose();
      }
    },
  };
}
