import { defineAction, runInteractiveChat, type Action } from 'wooster';
import { z } from 'zod';
import type { EmbeddedRuntime } from '../runtime/embedded-runtime.ts';
import { conversationFields, toTurn, type ActionPorts } from './action-ports.ts';
import { prepareFirstUse } from './prepare-first-use.ts';

/** `chat`: a conversation at the terminal, kept on disk. */
export function chatAction(ports: ActionPorts, runtime: EmbeddedRuntime): Action {
  return defineAction({
    id: 'chat',
    summary: 'Talk with a model; the conversation is kept on disk',
    args: z.object({
      conversation: z.string().optional().describe('go on with this conversation; `last` is the newest'),
      resume: z.boolean().default(false).describe('go on with the newest: the same as --conversation last'),
      ...conversationFields,
    }),
    result: z.object({ conversationId: z.string(), turns: z.number() }),
    examples: ['chat', 'chat --project handbook', 'chat --conversation a1b2c3d4', 'chat --resume'],
    run: async (args, context) => {
      const { signal, principal, terminal } = context;
      const { pinned, strategy } = toTurn(args, ports);
      const wanted = args.conversation ?? (args.resume ? 'last' : undefined);
      const conversation = wanted === undefined ? undefined : await (await ports.conversations()).find(wanted);
      await prepareFirstUse(ports, runtime, { pinned, strategy, conversationId: conversation, context });
      void ports.keeper().preload(signal);
      return runInteractiveChat({
        agent: ports.agent(),
        extensions: ports.extensions,
        terminal,
        principal,
        signal,
        conversationId: conversation ?? ports.newId(),
        newConversationId: ports.newId,
        project: args.project,
        toolRules: ports.settings.tools.approvals,
        turn: () => toTurn(args, ports),
      });
    },
    render: ({ conversationId, turns }) =>
      turns === 0
        ? ''
        : `conversation ${conversationId} is kept; go on with: wooster chat --conversation ${conversationId}`,
  });
}
