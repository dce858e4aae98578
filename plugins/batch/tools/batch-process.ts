import { defineTool, type ToolDescriptor } from 'wooster';
import { z } from 'zod';
import type { BatchPorts } from '../run/ask-item.ts';

/** Prompts of one call; a list beyond it is a matter for the command line. */
const MOST_PROMPTS = 50;

/** `batch_process`: a list of prompts to a list of answers, by a model on this machine and never by a cloud. */
export function batchProcessTool(ports: BatchPorts): ToolDescriptor {
  return defineTool({
    id: 'batch_process',
    description:
      'Let a language model on this machine answer a list of prompts, each by itself. Equal ones are asked once.',
    risk: 'read',
    // Many calls, each within the limits of the router.
    timeoutMs: 3_600_000,
    offer: 'on-request',
    isDelegation: true,
    schema: z.object({
      prompts: z.array(z.string().min(1)).min(1).max(MOST_PROMPTS).describe('what to ask, one by one'),
      system: z.string().optional().describe('standing instruction for each'),
      concurrency: z.number().int().min(1).max(8).default(4).describe('prompts that are asked at once'),
    }),
    // Loaded when it is called: the list of tools is read at every start of the program.
    run: async (args, context) => {
      const { processPrompts } = await import('./process-prompts.ts');
      return processPrompts(ports, args, context);
    },
  });
}
