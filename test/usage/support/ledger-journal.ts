import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { LedgerRow } from '../../../src/index.ts';
import { toNanoUsd } from '../../../src/usage/budget/money.ts';
import type { LedgerTask } from './ledger-child.ts';

/** What a child wrote before and after each step; money in billionths of a USD. */
export type JournalLine =
  | { readonly step: 'begin'; readonly attemptId: string; readonly bound: number; readonly isLocal: boolean }
  | { readonly step: 'begun' | 'ended'; readonly attemptId: string }
  | { readonly step: 'refused'; readonly attemptId: string; readonly code: string }
  | { readonly step: 'end'; readonly attemptId: string; readonly cost: number; readonly outcome: string };

/** What a journal tells of one call. */
interface JournalCall {
  bound: number;
  isLocal: boolean;
  last: JournalLine['step'];
  cost: number;
  outcome: string;
  code: string;
}

const CHILD_FILE = new URL('./ledger-child.ts', import.meta.url);
const CHILD_LIMIT_MS = 60_000;

/** A child that works on a ledger; it is killed after a minute whatever happens. */
export interface LedgerChild {
  readonly ready: Promise<unknown>;
  /** Whether it was killed. */
  readonly ended: Promise<boolean>;
  kill(): void;
}

/** Starts a child on a ledger. */
export function startLedgerChild(task: LedgerTask): LedgerChild {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', CHILD_FILE.pathname, JSON.stringify(task)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const limit = setTimeout(() => child.kill('SIGKILL'), CHILD_LIMIT_MS);
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => {
    clearTimeout(limit);
    if (signal !== 'SIGKILL' && code !== 0) throw new Error(`a child on the ledger ended with ${String(code)}`);
    return signal === 'SIGKILL';
  });
  const ready = Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  return { ready, ended, kill: () => child.kill('SIGKILL') };
}

/** The calls of a journal; a line that a kill has cut off is the last one and tells of nothing that was done. */
export function readJournal(file: string): ReadonlyMap<string, JournalCall> {
  const calls = new Map<string, JournalCall>();
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  for (const text of lines) {
    const line = JSON.parse(text) as JournalLine;
    const call = calls.get(line.attemptId) ?? {
      bound: 0,
      isLocal: false,
      last: line.step,
      cost: 0,
      outcome: '',
      code: '',
    };
    calls.set(line.attemptId, Object.assign(call, line, { last: line.step }));
  }
  return calls;
}

function isAsEnded({ costUsd = Number.NaN, outcome }: LedgerRow, call: JournalCall): boolean {
  return outcome === call.outcome && toNanoUsd(costUsd) === (call.isLocal ? 0 : call.cost);
}

function isAtBound({ costUsd = Number.NaN, outcome, errorCode }: LedgerRow, { bound }: JournalCall): boolean {
  return outcome === 'interrupted' && errorCode === 'E_INTERRUPTED' && toNanoUsd(costUsd) === bound;
}

function isAllowed(row: LedgerRow | undefined, call: JournalCall): boolean {
  if (call.last === 'refused') return row === undefined;
  // Killed between the two lines: what was under way is done or not, and nothing in between.
  if (call.last === 'begin') return row === undefined || isAtBound(row, call);
  if (row === undefined) return false;
  if (call.last === 'begun') return isAtBound(row, call);
  return isAsEnded(row, call) || (call.last === 'end' && isAtBound(row, call));
}

/** Every way in which the ledger is not what the journals of dead processes say; empty when it is. */
export function compareWithJournal(
  rows: readonly LedgerRow[],
  calls: ReadonlyMap<string, JournalCall>,
): readonly string[] {
  const found = new Map(rows.map((row) => [row.attemptId, row]));
  const wrong = [...calls]
    .filter(([attemptId, call]) => !isAllowed(found.get(attemptId), call))
    .map(([attemptId, call]) => `${JSON.stringify(call)} is ${JSON.stringify(found.get(attemptId))}`);
  const unknown = rows
    .filter(({ attemptId }) => !calls.has(attemptId))
    .map((row) => `nobody began ${JSON.stringify(row)}`);
  return [...wrong, ...unknown, ...(found.size === rows.length ? [] : ['an attempt has two rows'])];
}
