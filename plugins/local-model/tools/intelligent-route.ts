import { defineTool, generateReply, type ToolDescriptor } from 'wooster';
import { z } from 'zod';
import { modelCallFields, requireModelRef, type ToolPorts } from './model-call.ts';

const STRATEGY_OF = { local: 'local-only', 'local-first': 'local-first', cloud: 'cloud-first' } as const;

type Preference = keyof typeof STRATEGY_OF;

/** `intelligent_route`: lets the router choose the model for a message, answers, and tells which model it was. */
export function intelligentRoute(ports: ToolPorts): ToolDescriptor {
  return defineTool({
    id: 'intelligent_route',
    description: 'Answer a message with the best model that is available and allowed, and tell which one it was.',
    risk: 'network',
    // What hangs is ended before by the limits of the router.
    timeoutMs: 660_000,
    offer: 'on-request',
    isDelegation: true,
    schema: z.object({
      message: z.string().min(1).describe('what to answer'),
      prefer: z
        .enum(Object.keys(STRATEGY_OF) as [Preference, ...Preference[]])
        .optional()
        .describe('where to look first; a cloud is used only where the settings permit it'),
      ...modelCallFields,
    }),
    run: async (args, context) => {
      const reply = await generateReply(
        ports.router(),
        {
          messages: [{ role: 'user', content: args.message }],
          parameters: { temperature: args.temperature, maxTokens: args.max_tokens },
          strategy: args.prefer === undefined ? undefined : STRATEGY_OF[args.prefer],
          pinned: args.model === undefined ? undefined : requireModelRef(args.model),
          principal: context.principal,
          signal: context.signal,
        },
        ports.clock,
      );
      return {
        text: `${reply.content}\n\n(answered by ${reply.provider}:${reply.model}; decision ${reply.decisionId})`,
        data: reply,
      };
    },
  });
}
