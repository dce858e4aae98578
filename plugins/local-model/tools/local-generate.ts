import { defineTool, type ToolDescriptor } from 'wooster';
import { z } from 'zod';
import { askLocalModel, modelCallFields, toToolResult, type ToolPorts } from './model-call.ts';

/** `local_generate`: text from a prompt, without a standing instruction. */
export function localGenerate(ports: ToolPorts): ToolDescriptor {
  return defineTool({
    id: 'local_generate',
    description: 'Let a language model on this machine write text from a prompt: a draft, a list, a continuation.',
    risk: 'read',
    // What hangs is ended before by the limits of the router.
    timeoutMs: 660_000,
    offer: 'on-request',
    isDelegation: true,
    schema: z.object({ prompt: z.string().min(1).describe('what to write'), ...modelCallFields }),
    run: async (args, context) =>
      toToolResult(await askLocalModel(ports, [{ role: 'user', content: args.prompt }], { args, context })),
  });
}
