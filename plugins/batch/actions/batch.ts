import { defineAction, type Action } from 'wooster';
import { z } from 'zod';
import { batchLineSchema, tallySchema } from '../output/batch-line.ts';
import type { BatchActionPorts } from './run-action.ts';

const argsSchema = z.object({
  inputs: z
    .array(z.string())
    .default([])
    .describe(
      'file with one prompt a line, .jsonl file, or with --prompt files, folders and patterns; else standard input',
    ),
  prompt: z
    .string()
    .optional()
    .describe('asked of each file, or line of standard input: "Summarize: {text}"; {path} too'),
  system: z.string().optional().describe('standing instruction of every item that brings none'),
  out: z.string().optional().describe('file of answers; run the same command again to go on where it was ended'),
  concurrency: z.number().int().min(1).max(64).default(4).describe('items that are asked at once'),
  model: z.string().optional().describe('use this model only, as provider:model'),
  temperature: z.number().min(0).max(2).default(0).describe('0 is the most predictable, and lets answers be kept'),
  maxTokens: z.number().int().positive().optional().describe('upper limit of each answer'),
  project: z.string().optional().describe('answer from the documents of this project'),
  local: z.boolean().default(false).describe('keep to the models of this machine'),
  cache: z
    .enum(['auto', 'always', 'off'])
    .optional()
    .describe('whether an answer kept from an equal call will do: at temperature 0, always, or never'),
  limitItems: z.number().int().positive().optional().describe('only the first so many items'),
  restart: z.boolean().default(false).describe('write --out anew, whatever it holds'),
  retryFailed: z
    .boolean()
    .default(false)
    .describe('ask again what failed; a batch ends with code 75 where some items failed, 69 where all did'),
});

/** Parsed options. */
export type BatchArguments = z.output<typeof argsSchema>;

const resultSchema = z.object({
  ...tallySchema.shape,
  out: z.string().optional(),
  lines: z.array(batchLineSchema).optional().describe('the answers, without --out'),
});

/** What the action gives. */
export type BatchResult = z.output<typeof resultSchema>;

/** Sysexits: what failed may be asked again; nothing could be had at all. */
const TEMPORARY_FAILURE = 75;
const UNAVAILABLE = 69;

/** `batch`: many prompts or files to JSON Lines of answers. */
export function batchAction(ports: BatchActionPorts): Action {
  return defineAction({
    id: 'batch',
    summary: 'Ask a list of prompts, or the same of many files, and write the answers as JSON Lines',
    args: argsSchema,
    positionals: ['inputs'],
    result: resultSchema,
    examples: [
      'batch prompts.txt --out answers.jsonl',
      'batch reports/ --prompt "Summarize in one sentence: {text}" --out summaries.jsonl',
      'batch "notes/**/*.md" --prompt "Title for: {text}" --max-tokens 20',
      'batch < questions.jsonl > answers.jsonl',
    ],
    // Loaded when there is something to run: the list of commands is read at every start of the program.
    run: async (args, context) => {
      const { runBatchAction } = await import('./run-action.ts');
      return runBatchAction(ports, args, context);
    },
    render: () => '',
    exitCode: ({ answered, failed }) => (failed === 0 ? 0 : answered === 0 ? UNAVAILABLE : TEMPORARY_FAILURE),
  });
}
