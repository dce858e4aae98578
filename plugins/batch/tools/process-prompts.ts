import { ToolError, type ToolContext, type ToolResult } from 'wooster';
import { toItems } from '../items/batch-item.ts';
import { isAnswer, type BatchLine } from '../output/batch-line.ts';
import { tallyOf } from '../output/tally.ts';
import { askItem, type BatchPorts } from '../run/ask-item.ts';
import { runBatch } from '../run/run-batch.ts';

/** What a model asks for. */
interface PromptList {
  readonly prompts: readonly string[];
  readonly system?: string;
  readonly concurrency: number;
}

/** Answers prompts by a model on this machine, in their order. ToolError where none was answered. */
export async function processPrompts(
  ports: BatchPorts,
  { prompts, system, concurrency }: PromptList,
  { principal, signal }: ToolContext,
): Promise<ToolResult> {
  const startedAt = ports.clock.monotonic();
  const drafts = prompts.map((prompt) => ({ prompt }));
  const items = toItems(drafts, { system, temperature: 0, scope: ['local-only'] });
  const lines: BatchLine[] = [];
  await runBatch({
    items,
    done: new Map(),
    concurrency,
    signal,
    ask: (item, until) => askItem(ports, { principal, privacy: 'local-only' }, { item, signal: until }),
    write: () => Promise.resolve(),
    onLine: (line) => void lines.push(line),
  });
  lines.sort((left, right) => left.index - right.index);
  const [first] = lines;
  if (first !== undefined && !isAnswer(first) && !lines.some(isAnswer)) {
    throw new ToolError(`none of the prompts was answered: ${first.error.code} ${first.error.message}`, {
      tool: 'batch_process',
    });
  }
  const text = lines.map(
    (line) => `${line.index + 1}. ${isAnswer(line) ? line.answer.trim() : `(failed: ${line.error.message})`}`,
  );
  const tally = tallyOf({ earlier: [], fresh: lines }, ports.clock.monotonic() - startedAt);
  return { text: text.join('\n\n'), data: { lines, tally } };
}
