import { defineTool, type GeneratedReply, type ToolContext, type ToolDescriptor } from 'wooster';
import { z } from 'zod';
import { askLocalModel, modelCallFields, toToolResult, type ModelCallArguments, type ToolPorts } from './model-call.ts';
import { splitText } from './split-text.ts';

const STYLES = {
  short: 'in at most three sentences',
  bullets: 'as a list of at most seven short points',
  detailed: 'in one page, keeping names, figures and conclusions',
} as const;

type SummaryStyle = keyof typeof STYLES;

/** Characters a part may have: about 1,500 tokens, which fits beside the answer in a window of 4,096. */
const PART_CHARACTERS = 6000;

interface SummaryCall {
  readonly args: ModelCallArguments & { readonly style: SummaryStyle; readonly focus?: string };
  readonly context: ToolContext;
}

function summarize(ports: ToolPorts, text: string, call: SummaryCall): Promise<GeneratedReply> {
  const focus = call.args.focus === undefined ? '' : ` Look above all at: ${call.args.focus}.`;
  const system = `Summarize the text of the user ${STYLES[call.args.style]}, in the language of the text. Add nothing.${focus}`;
  const messages = [
    { role: 'system' as const, content: system },
    { role: 'user' as const, content: text },
  ];
  return askLocalModel(ports, messages, { args: { temperature: 0.2, ...call.args }, context: call.context });
}

/** Long text is cut at paragraphs, each part summarized, and the summaries summarized until one is left. */
async function summarizeInParts(ports: ToolPorts, text: string, call: SummaryCall): Promise<GeneratedReply> {
  const parts = splitText(text, PART_CHARACTERS);
  if (parts.length <= 1) return summarize(ports, text, call);
  const partCall = { ...call, args: { ...call.args, max_tokens: Math.min(call.args.max_tokens ?? 250, 250) } };
  const summaries: string[] = [];
  for (const part of parts) summaries.push((await summarize(ports, part, partCall)).content);
  return summarizeInParts(ports, summaries.join('\n\n'), call);
}

/** `local_summarize`: a summary of a text of any length by a model on this machine. */
export function localSummarize(ports: ToolPorts): ToolDescriptor {
  return defineTool({
    id: 'local_summarize',
    description: 'Summarize a text of any length with a model on this machine.',
    risk: 'read',
    // A long text takes many calls, each within the limits of the router.
    timeoutMs: 3_600_000,
    offer: 'on-request',
    isDelegation: true,
    schema: z.object({
      text: z.string().min(1).describe('the text'),
      style: z
        .enum(Object.keys(STYLES) as [SummaryStyle, ...SummaryStyle[]])
        .default('short')
        .describe('form of the summary'),
      focus: z.string().optional().describe('what matters most'),
      ...modelCallFields,
    }),
    run: async (args, context) => toToolResult(await summarizeInParts(ports, args.text, { args, context })),
  });
}
