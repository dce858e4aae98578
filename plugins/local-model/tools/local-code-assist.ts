import { defineTool, type ToolDescriptor } from 'wooster';
import { z } from 'zod';
import { askLocalModel, modelCallFields, toToolResult, type ToolPorts } from './model-call.ts';

const INSTRUCTIONS = {
  write: 'Write the code that is asked for. Answer with one code block and at most two sentences.',
  explain: 'Explain what the code does, step by step, for a programmer who has not seen it.',
  review: 'Review the code: list real faults first, each with its line and its cure. Do not praise.',
  fix: 'Find the fault, give the corrected code in one code block, and say in one sentence what was wrong.',
  test: 'Write tests for the code. Answer with one code block.',
} as const;

type CodeTask = keyof typeof INSTRUCTIONS;

/** `local_code_assist`: writes, explains, reviews, fixes or tests code with a model on this machine. */
export function localCodeAssist(ports: ToolPorts): ToolDescriptor {
  return defineTool({
    id: 'local_code_assist',
    description:
      'Write, explain, review, fix or test code with a model on this machine, so that the code stays private.',
    risk: 'read',
    // What hangs is ended before by the limits of the router.
    timeoutMs: 660_000,
    offer: 'on-request',
    isDelegation: true,
    schema: z
      .object({
        task: z.enum(Object.keys(INSTRUCTIONS) as [CodeTask, ...CodeTask[]]).describe('what to do with the code'),
        instruction: z.string().optional().describe('what is wanted in particular'),
        code: z.string().optional().describe('the code; needed by every task but write'),
        language: z.string().optional().describe('programming language'),
        ...modelCallFields,
      })
      .refine((args) => (args.task === 'write' ? args.instruction !== undefined : args.code !== undefined), {
        message: 'the task write needs an instruction, the others need code',
      }),
    run: async (args, context) => {
      const code = args.code === undefined ? '' : `\n\n\`\`\`${args.language ?? ''}\n${args.code}\n\`\`\``;
      const wish = args.instruction ?? 'Here is the code.';
      const language = args.language === undefined ? '' : ` Language: ${args.language}.`;
      const messages = [
        { role: 'system' as const, content: INSTRUCTIONS[args.task] },
        { role: 'user' as const, content: `${wish}${language}${code}` },
      ];
      return toToolResult(await askLocalModel(ports, messages, { args: { temperature: 0.2, ...args }, context }));
    },
  });
}
