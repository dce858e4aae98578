import { resolve } from 'node:path';
import {
  CancelledError,
  CONTEXT_SOURCES,
  defineAction,
  isWoosterError,
  LOADERS,
  UsageError,
  type Action,
  type ActionContext,
  type Extensions,
  type HostSettings,
} from 'wooster';
import { z } from 'zod';
import { requireModel, type BatchItem } from '../items/batch-item.ts';
import { gatherItems } from '../items/gather-items.ts';
import { batchLineSchema, type BatchLine } from '../output/batch-line.ts';
import { Journal } from '../output/journal.ts';
import { describeTally, tallyOf, tallySchema } from '../output/tally.ts';
import { askItem, type BatchPorts } from '../run/ask-item.ts';
import { runBatch } from '../run/run-batch.ts';

/** What the action is made of. */
export interface BatchActionPorts extends BatchPorts {
  readonly extensions: Extensions;
  readonly settings: HostSettings;
}

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

type BatchArguments = z.output<typeof argsSchema>;

const resultSchema = z.object({
  ...tallySchema.shape,
  out: z.string().optional(),
  lines: z.array(batchLineSchema).optional().describe('the answers, without --out'),
});

/** Sysexits: what failed may be asked again; nothing could be had at all. */
const TEMPORARY_FAILURE = 75;
const UNAVAILABLE = 69;

const MIB = 1024 * 1024;
const LARGEST_FILE_MIB = 64;

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
    run: (args, context) => runAction(ports, args, context),
    render: () => '',
    exitCode: ({ answered, failed }) => (failed === 0 ? 0 : answered === 0 ? UNAVAILABLE : TEMPORARY_FAILURE),
  });
}

async function runAction(
  ports: BatchActionPorts,
  args: BatchArguments,
  context: ActionContext,
): Promise<z.output<typeof resultSchema>> {
  const startedAt = ports.clock.monotonic();
  const { terminal, progress } = context;
  const all = await gather(ports, args, context);
  const { out, restart, retryFailed } = args;
  const path = out === undefined ? undefined : resolve(out);
  const journal = path === undefined ? undefined : await Journal.open(path, { items: all, restart, retryFailed });
  const items = all.slice(0, args.limitItems);
  const earlier = [...(journal?.done.values() ?? [])].filter(({ index }) => index < items.length);
  const fresh: BatchLine[] = [];
  try {
    await runBatch({
      items,
      done: journal?.done ?? new Map<number, BatchLine>(),
      concurrency: args.concurrency,
      signal: context.signal,
      ask: (item, signal) => askItem(ports, wishesOf(args, context), { item, signal }),
      write: async (line) => {
        if (journal === undefined) terminal.write(`${JSON.stringify(line)}\n`);
        else await journal.append(line);
      },
      onLine: (line) => {
        fresh.push(line);
        const done = earlier.length + fresh.length;
        progress.update({ label: 'asking', done, total: items.length, unit: 'items' });
      },
    });
  } catch (error) {
    throw withAdvice(error, { out, done: earlier.length + fresh.length, total: items.length });
  } finally {
    progress.finish();
    await journal?.close();
  }
  const tally = tallyOf({ earlier, fresh }, ports.clock.monotonic() - startedAt);
  terminal.note(describeTally(tally));
  if (tally.failed > 0 && out !== undefined) terminal.note('ask again what failed with --retry-failed');
  return { ...tally, ...(path === undefined ? terminal.isJson && { lines: fresh } : { out: path }) };
}

function gather(ports: BatchActionPorts, args: BatchArguments, context: ActionContext): Promise<readonly BatchItem[]> {
  const { extensions, settings } = ports;
  const { project, restart, retryFailed, out, local, model, temperature } = args;
  if (out === undefined && (restart || retryFailed)) {
    throw new UsageError(`--${restart ? 'restart' : 'retry-failed'} is about the file of answers: name it with --out`);
  }
  if (project !== undefined && !extensions.list(CONTEXT_SOURCES).some(({ option }) => option === 'project')) {
    throw new UsageError('--project needs the plugin that keeps projects, which is off: see `wooster plugins`');
  }
  const { signal, terminal } = context;
  const maxBytes = settings.knowledge.maxFileBytes ?? LARGEST_FILE_MIB * MIB;
  return gatherItems(
    {
      inputs: args.inputs,
      from: '.',
      template: args.prompt,
      out,
      reading: { loaders: extensions.list(LOADERS), maxBytes, signal },
      readInput: () => terminal.readInput(signal),
      note: (text) => terminal.note(text),
    },
    {
      system: args.system,
      model: model === undefined ? undefined : requireModel(model),
      temperature,
      maxTokens: args.maxTokens ?? settings.generation.maxTokens,
      scope: [project, local ? 'local-only' : undefined],
    },
  );
}

function wishesOf({ project, local, cache }: BatchArguments, { principal }: ActionContext) {
  return { principal, project, cache, ...(local && { privacy: 'local-only' as const }) };
}

/** An interruption says how far it came and how to go on. */
function withAdvice(
  error: unknown,
  run: { readonly out?: string; readonly done: number; readonly total: number },
): unknown {
  if (!isWoosterError(error) || error.code !== 'E_CANCELLED') return error;
  const { out, done, total } = run;
  const advice =
    out === undefined ? 'with --out the next run would go on from there' : 'run the same command again to go on';
  return new CancelledError(`interrupted: ${done} of ${total} items are written; ${advice}`, { cause: error });
}
