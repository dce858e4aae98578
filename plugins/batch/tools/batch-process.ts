import { defineTool, ToolError, type ToolDescriptor } from 'wooster';
import { z } from 'zod';
import { toItems } from '../items/batch-item.ts';
import { isAnswer, type BatchLine } from '../output/batch-line.ts';
import { tallyOf } from '../output/tally.ts';
import { askItem, type BatchPorts } from '../run/ask-item.ts';
import { runBatch } from '../run/run-batch.ts';

const ID = 'batch_process';

/** Prompts of one call; a list beyond it is a matter for the command line. */
const MOST_PROMPTS = 50;

/** `batch_process`: a list of prompts to a list of answers, by a model on this machine and never by a cloud. */
export function batchProcessTool(ports: BatchPorts): ToolDescriptor {
  return defineTool({
    id: ID,
    description:
      'Let a language model on this machine answer a list of prompts, each by itself. Equal ones are asked once.',
    risk: 'read',
    offer: 'on-request',
    isDelegation: true,
    schema: z.object({
      prompts: z.array(z.string().min(1)).min(1).max(MOST_PROMPTS).describe('what to ask, one by one'),
      system: z.string().optional().describe('standing instruction for each'),
      concurrency: z.number().int().min(1).max(8).default(4).describe('prompts that are asked at once'),
    }),
    run: async ({ prompts, system, concurrency }, { principal, signal }) => {
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
          tool: ID,
        });
      }
      const text = lines.map(
        (line) => `${line.index + 1}. ${isAnswer(line) ? line.answer.trim() : `(failed: ${line.error.message})`}`,
      );
      const tally = tallyOf({ earlier: [], fresh: lines }, ports.clock.monotonic() - startedAt);
      return { text: text.join('\n\n'), data: { lines, tally } };
    },
  });
}
