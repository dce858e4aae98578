import { systemClock } from '../../../src/kernel/clock.ts';
import { openDatabase } from '../../../src/kernel/database/open-database.ts';
import { describeBudget, describeBudgetWarning } from '../../../src/kernel/wording/describe-budget.ts';
import { openUsageBook } from '../../../src/usage/open-usage-book.ts';
import { USAGE_STEPS } from '../../../src/usage/usage-schema.ts';
import { dayCap, openStreamsHouse, OUTPUT_TOKENS, streamOnce } from './streams-house.ts';

/** What a child does: streams at once under a cap, a line for each as it ends. */
export interface StreamsTask {
  readonly path: string;
  readonly cloudUrl: string;
  readonly capUsd: number;
  readonly streams: number;
}

const task = JSON.parse(process.argv[2] ?? '') as StreamsTask;

function complain(message: string): void {
  process.stderr.write(`${message}\n`);
}

const { ledger, budget } = openUsageBook({
  database: openDatabase({ path: task.path, holds: 'what was spent', steps: USAGE_STEPS }),
  settings: {
    budget: { caps: [dayCap(task.capUsd)], warnAtShare: 0.8, outputTokens: OUTPUT_TOKENS },
    usage: { texts: 'hash', retentionDays: 90, textRetentionDays: 30, compareWith: 'openai:x' },
  },
  clock: systemClock,
  log: { debug: () => undefined, info: () => undefined, warn: complain, error: complain },
  words: { refusal: describeBudget, warning: describeBudgetWarning },
});
const router = openStreamsHouse({ cloudUrl: task.cloudUrl, ledger, budget });
await Promise.all(
  Array.from({ length: task.streams }, async (_, at) => {
    const end = await streamOnce(router, `question ${at}`);
    process.stdout.write(`${end}\n`);
  }),
);
await router.dispose();
