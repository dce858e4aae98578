import {
  approveByRisk,
  askConsentAt,
  defineAction,
  printTurn,
  UsageError,
  type Action,
  type AgentReply,
} from 'wooster';
import { z } from 'zod';
import type { EmbeddedRuntime } from '../runtime/embedded-runtime.ts';
import { conversationFields, toTurn, type ActionPorts } from './action-ports.ts';
import { prepareFirstUse } from './prepare-first-use.ts';

/**
 * How long a question of the command line waits for standard input to begin. A file or a pipe that is written to is
 * there at once; a pipe that nobody writes to would be waited for without end.
 */
const SILENT_INPUT_MS = 2000;

/** An answer as `--json` prints it. */
const answerSchema = z.object({
  text: z.string(),
  model: z.string(),
  repliedModel: z.string().optional().describe('name in the reply, where it is another than the one asked'),
  decisionId: z.string(),
  tokens: z.object({ input: z.number(), output: z.number(), isEstimated: z.boolean() }),
  firstTokenMs: z.number().optional(),
  milliseconds: z.number(),
  costUsd: z.number().optional().describe('absent when it is unknown'),
  notices: z.array(z.string()).describe('soft limits of budgets that were crossed'),
  finishReason: z.string().optional(),
  citations: z.array(
    z.object({
      number: z.number(),
      source: z.string(),
      path: z.string().optional(),
      line: z.number().optional(),
      page: z.number().optional(),
      title: z.string().optional(),
    }),
  ),
  interruptions: z
    .array(
      z.object({
        how: z.enum(['restarted', 'continued']),
        code: z.string(),
        target: z.string(),
        tokens: z.number(),
        next: z.string().describe('the model that was asked then'),
      }),
    )
    .describe('each time the answer broke off and was taken up again'),
});

function toAnswer(reply: AgentReply): z.output<typeof answerSchema> {
  return {
    text: reply.text,
    model: reply.ref,
    repliedModel: reply.repliedModel,
    decisionId: reply.decisionId,
    tokens: { input: reply.usage.inputTokens, output: reply.usage.outputTokens, isEstimated: reply.usage.isEstimated },
    firstTokenMs: reply.firstTokenMs === undefined ? undefined : Math.round(reply.firstTokenMs),
    milliseconds: Math.round(reply.totalMs),
    costUsd: reply.costUsd,
    notices: [...(reply.notices ?? [])],
    finishReason: reply.finishReason,
    citations: reply.citations.map(({ number, source, path, line, page, title }) => {
      return { number, source, path, line, page, title };
    }),
    interruptions: (reply.interruptions ?? []).map(({ how, code, targetId, tokens, ref }) => {
      return { how, code, target: targetId, tokens, next: ref };
    }),
  };
}

async function findLast(ports: ActionPorts): Promise<string> {
  return (await ports.conversations()).find('last');
}

/** `ask`: one question, from the command line, from standard input, or both. */
export function askAction(ports: ActionPorts, runtime: EmbeddedRuntime): Action {
  return defineAction({
    id: 'ask',
    summary: 'Ask one question and print the answer',
    args: z.object({
      question: z.array(z.string()).default([]).describe('the question; standard input is added to it when piped'),
      ...conversationFields,
      conversation: z.string().optional().describe('go on with this conversation, or begin it; `last` is the newest'),
      stdin: z.boolean().default(false).describe('wait for standard input however long it takes to begin'),
      approve: z.boolean().default(false).describe('allow tools that change something without asking'),
    }),
    positionals: ['question'],
    result: answerSchema,
    examples: [
      'ask "What is the capital of France?"',
      'ask --project handbook "When are backups run?"',
      'ask "Summarize this" < notes.txt',
    ],
    run: async (args, context) => {
      const { signal, principal, terminal } = context;
      const hasQuestion = args.question.length > 0;
      const limitMs = hasQuestion && !args.stdin ? SILENT_INPUT_MS : undefined;
      const input = await terminal.readInput(signal, limitMs);
      const piped = input?.trim() ?? '';
      const question = [args.question.join(' ').trim(), piped].filter((part) => part !== '').join('\n\n');
      if (question === '') throw new UsageError('there is no question: wooster ask "..." or pipe a text into it');
      const turn = toTurn(args, ports);
      const conversationId = args.conversation === 'last' ? await findLast(ports) : args.conversation;
      await prepareFirstUse(ports, runtime, {
        pinned: turn.pinned,
        strategy: turn.strategy,
        conversationId,
        context,
      });
      void ports.keeper().preload(signal);
      const { HumanMessage } = await import('@langchain/core/messages');
      const request = {
        ...turn,
        messages: [new HumanMessage(question)],
        conversationId,
        principal,
        approvals: approveByRisk(terminal, { allowAll: args.approve, rules: ports.settings.tools.approvals }),
        askConsent: askConsentAt(terminal),
        signal,
      };
      return toAnswer(await printTurn(ports.agent(), request, terminal));
    },
    render: () => '',
  });
}
