import { defineTool, type ToolDescriptor } from 'wooster';
import { z } from 'zod';
import type { ManagePorts } from '../lifecycle/resolve-model.ts';

/** A model has no bar to look at. */
const NO_PROGRESS = { update: () => {}, note: () => {}, finish: () => {} };

/** `download_model`: lets a local server fetch a model, or fetches the embedded one; gigabytes, so it is asked for each time. */
export function downloadModel(ports: ManagePorts): ToolDescriptor {
  return defineTool({
    id: 'download_model',
    description:
      'Download a language model onto this machine. It may take gigabytes and minutes, so only when the user asks for it.',
    risk: 'network',
    // Gigabytes over a slow line take hours.
    timeoutMs: 21_600_000,
    offer: 'on-request',
    schema: z.object({
      model: z.string().min(1).describe('provider:model, as ollama:llama3.2:3b'),
      quantization: z.string().optional().describe('form of the weights where there are several: q4_k_m'),
    }),
    run: async ({ model, quantization }, { signal }) => {
      const { pullModel } = await import('../lifecycle/operations.ts');
      const { renderPulled } = await import('../lifecycle/render-managed.ts');
      const pulled = await pullModel(ports, model, { signal, progress: NO_PROGRESS, quantization });
      return { text: renderPulled(pulled), data: pulled };
    },
  });
}
