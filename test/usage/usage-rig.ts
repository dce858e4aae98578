import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import type { BudgetCap, Clock } from '../../src/index.ts';
import type { UsageSettings } from '../../src/contracts/settings/accounts-settings.ts';
import type { WorkspaceDatabase } from '../../src/contracts/state/workspace-database.ts';
import { openDatabase } from '../../src/kernel/database/open-database.ts';
import { describeBudget, describeBudgetWarning } from '../../src/kernel/wording/describe-budget.ts';
import type { ProcessOwner } from '../../src/usage/ledger/process-owner.ts';
import { openUsageBook, type UsageAccounts } from '../../src/usage/open-usage-book.ts';
import { USAGE_STEPS } from '../../src/usage/usage-schema.ts';
import { CollectedLog } from '../routing/doubles/rig.ts';

/** Wednesday noon, in the time zone of this machine. */
export const NOON = new Date(2026, 2, 18, 12).getTime();

/** A clock that stands still until it is set. */
export class SetClock implements Clock {
  at = NOON;
  elapsedMs = 0;
  now = (): number => this.at;
  monotonic = (): number => this.elapsedMs;

  advance(byMs: number): void {
    this.at += byMs;
    this.elapsedMs += byMs;
  }
}

/** A cap on everything in a day, unless something else is said. */
export function capOf(change: Partial<BudgetCap> = {}): BudgetCap {
  const cap: BudgetCap = { id: '', kind: 'all', period: 'day', limitUsd: 1, origin: 'test: budget', ...change };
  return {
    ...cap,
    id: change.id ?? [cap.kind === 'all' ? undefined : cap.kind, cap.of, cap.period].filter(Boolean).join(':'),
  };
}

/** What a test opens its accounts with. */
interface RigOptions {
  readonly caps?: readonly BudgetCap[];
  readonly warnAtShare?: number;
  readonly outputTokens?: number;
  readonly usage?: Partial<UsageSettings>;
  readonly owner?: ProcessOwner;
}

const DEFAULTS: UsageSettings = { texts: 'hash', retentionDays: 90, textRetentionDays: 30, compareWith: 'openai:x' };

const rigs: UsageRig[] = [];

/** One workspace of a test, in which several processes may seem to have their accounts. */
export class UsageRig {
  readonly folder = mkdtempSync(join(tmpdir(), 'wooster-usage-'));
  readonly path = join(this.folder, 'usage.db');
  readonly clock: SetClock;
  readonly log = new CollectedLog();
  readonly deferred: (() => void)[] = [];
  readonly #databases: WorkspaceDatabase[] = [];

  constructor(clock = new SetClock()) {
    this.clock = clock;
    rigs.push(this);
  }

  open(
    { caps = [], warnAtShare = 0.8, usage, owner, outputTokens = 4_096 }: RigOptions = {},
    database = this.database(),
  ): UsageAccounts {
    return openUsageBook({
      database,
      settings: { budget: { caps, warnAtShare, outputTokens }, usage: { ...DEFAULTS, ...usage } },
      clock: this.clock,
      log: this.log,
      words: { refusal: describeBudget, warning: describeBudgetWarning },
      owner,
      defer: (work) => void this.deferred.push(work),
    });
  }

  database(): WorkspaceDatabase {
    const database = openDatabase({ path: this.path, holds: 'what was spent', steps: USAGE_STEPS });
    this.#databases.push(database);
    return database;
  }

  /** Does what was put off, and what that puts off. */
  runDeferred(): void {
    for (let work = this.deferred.shift(); work !== undefined; work = this.deferred.shift()) work();
  }

  async dispose(): Promise<void> {
    for (const database of this.#databases) await database.dispose();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.dispose();
});
