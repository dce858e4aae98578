import { defineTool, type PlainMessage, type ToolDescriptor } from 'wooster';
import { z } from 'zod';
import { askLocalModel, modelCallFields, toToolResult, type ToolPorts } from './model-call.ts';

/** `local_chat`: one message to a model on this machine, with an optional instruction and earlier turns. */
export function localChat(ports: ToolPorts): ToolDescriptor {
  return defineTool({
    id: 'local_chat',
    description: 'Ask a language model that runs on this machine a question, privately and at no cost.',
    risk: 'read',
    // What hangs is ended before by the limits of the router.
    timeoutMs: 660_000,
    offer: 'on-request',
    isDelegation: true,
    schema: z.object({
      message: z.string().min(1).describe('what to say to the model'),
      system: z.string().optional().describe('standing instruction for the model'),
      history: z
        .array(z.object({ role: z.enum(['user', 'assistant']), content: z.string() }))
        .optional()
        .describe('earlier turns, oldest first'),
      ...modelCallFields,
    }),
    run: async (args, context) => {
      const messages: PlainMessage[] = [
        ...(args.system === undefined ? [] : [{ role: 'system' as const, content: args.system }]),
        ...(args.history ?? []),
        { role: 'user', content: args.message },
      ];
      return toToolResult(await askLocalModel(ports, messages, { args, context }));
    },
  });
}
