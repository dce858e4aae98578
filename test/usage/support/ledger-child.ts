import { openSync, writeSync } from 'node:fs';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import type { BudgetCap, LedgerOutcome, UsageLedger } from '../../../src/index.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { openDatabase } from '../../../src/kernel/database/open-database.ts';
import { describeBudget, describeBudgetWarning } from '../../../src/kernel/wording/describe-budget.ts';
import { openUsageBook } from '../../../src/usage/open-usage-book.ts';
import { USAGE_STEPS } from '../../../src/usage/usage-schema.ts';
import { seeded } from '../../stores/support/kill-harness.ts';
import { answered, paidAttempt } from '../ledger-samples.ts';
import type { JournalLine } from './ledger-journal.ts';

/** What a child does: so many calls on a ledger, told step by step in a journal. */
export interface LedgerTask {
  readonly path: string;
  readonly journal: string;
  readonly seed: number;
  readonly calls: number;
  readonly caps: readonly BudgetCap[];
  /** Kills itself before this statement that writes. */
  readonly killAt?: number;
}

/** Calls under way at once. */
const MOST_OPEN = 8;

const task = JSON.parse(process.argv[2] ?? '') as LedgerTask;
const random = seeded(task.seed);
const journal = openSync(task.journal, 'a');

/** Written through to the file before the next step: a kill loses no line. */
function note(line: JournalLine): void {
  writeSync(journal, `${JSON.stringify(line)}\n`);
}

function killBefore(owner: object, name: string): void {
  const method = Reflect.get(owner, name) as (...values: unknown[]) => unknown;
  Reflect.set(owner, name, function (this: unknown, ...values: unknown[]) {
    statements += 1;
    if (statements === task.killAt) process.kill(process.pid, 'SIGKILL');
    return Reflect.apply(method, this, values);
  });
}

let statements = 0;
if (task.killAt !== undefined) {
  killBefore(StatementSync.prototype, 'run');
  killBefore(DatabaseSync.prototype, 'exec');
}

const accounts = openUsageBook({
  database: openDatabase({ path: task.path, holds: 'what was spent', steps: USAGE_STEPS }),
  settings: {
    budget: { caps: task.caps, warnAtShare: 0.8, outputTokens: 4_096 },
    usage: { texts: 'hash', retentionDays: 90, textRetentionDays: 30, compareWith: 'openai:x' },
  },
  clock: systemClock,
  log: { debug: () => undefined, info: () => undefined, warn: complain, error: complain },
  words: { refusal: describeBudget, warning: describeBudgetWarning },
});

function complain(message: string): void {
  process.stderr.write(`${message}\n`);
}

interface OpenCall {
  readonly attemptId: string;
  readonly id: string;
  readonly bound: number;
}

const open: OpenCall[] = [];

/** From 1 to 100,000,000 billionths of a USD. */
function someBound(): number {
  return 1 + Math.floor(random() * 1e8);
}

function begin(ledger: UsageLedger, attemptId: string): void {
  const isLocal = random() < 0.3;
  const bound = isLocal ? 0 : someBound();
  note({ step: 'begin', attemptId, bound, isLocal });
  const attempt = paidAttempt({
    attemptId,
    ref: isLocal ? 'ollama:small' : random() < 0.5 ? 'openai:gpt-x' : 'gemini:flash',
    locality: isLocal ? 'local' : 'cloud',
    costUpperBoundUsd: bound / 1e9,
    project: random() < 0.5 ? 'handbook' : undefined,
    conversationId: `c${Math.floor(random() * 3)}`,
    prompt: () => [`question ${attemptId}`],
  });
  try {
    open.push({ attemptId, bound, id: ledger.begin(attempt) });
    note({ step: 'begun', attemptId });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    note({ step: 'refused', attemptId, code });
  }
}

function end(ledger: UsageLedger): void {
  const [call] = open.splice(Math.floor(random() * open.length), 1);
  if (call === undefined) return;
  const cost = Math.floor(call.bound * random());
  const outcome: LedgerOutcome['outcome'] = random() < 0.8 ? 'answered' : 'cancelled';
  note({ step: 'end', attemptId: call.attemptId, cost, outcome });
  ledger.end(call.id, answered({ outcome, costUsd: cost / 1e9, answer: () => 'an answer' }));
  note({ step: 'ended', attemptId: call.attemptId });
}

process.stdout.write('ready\n');
for (let call = 0; call < task.calls; call += 1) {
  while (open.length >= MOST_OPEN || (open.length > 0 && random() < 0.4)) end(accounts.ledger);
  begin(accounts.ledger, `${process.pid}-${task.seed}-${call}`);
  await turn();
}
while (open.length > 0) end(accounts.ledger);
