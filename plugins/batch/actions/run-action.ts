import { resolve } from 'node:path';
import {
  CancelledError,
  CONTEXT_SOURCES,
  isWoosterError,
  LOADERS,
  UsageError,
  type ActionContext,
  type Extensions,
  type HostSettings,
} from 'wooster';
import { requireModel, type BatchItem } from '../items/batch-item.ts';
import { gatherItems } from '../items/gather-items.ts';
import type { BatchLine } from '../output/batch-line.ts';
import { Journal } from '../output/journal.ts';
import { describeTally, tallyOf } from '../output/tally.ts';
import { askItem, type BatchPorts } from '../run/ask-item.ts';
import { runBatch } from '../run/run-batch.ts';
import type { BatchArguments, BatchResult } from './batch.ts';

/** What the action is made of. */
export interface BatchActionPorts extends BatchPorts {
  readonly extensions: Extensions;
  readonly settings: HostSettings;
}

const MIB = 1024 * 1024;
const LARGEST_FILE_MIB = 64;

/**
 * Runs a batch from its options to its summary. UsageError for what cannot be asked, CancelledError that says how to go
 * on, StorageFullError or FileAccessError where the answers cannot be written.
 */
export async function runBatchAction(
  ports: BatchActionPorts,
  args: BatchArguments,
  context: ActionContext,
): Promise<BatchResult> {
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
