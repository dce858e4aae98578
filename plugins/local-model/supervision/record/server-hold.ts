import { setTimeout as delay } from 'node:timers/promises';
import { PortInUseError, type Clock, type HealthReport } from 'wooster';
import { endGroup, signalGroup } from '../process/end-group.ts';
import { requireProgram } from '../process/find-program.ts';
import { isRunning, type ProcessMark, type ProcessTable } from '../process/process-table.ts';
import { startChild, type StartedChild } from '../process/start-child.ts';
import type { StartPlan } from '../start-plan.ts';
import type { RecordedChild, ServerRecord } from './server-record.ts';
import type { ServerRecords } from './server-records.ts';

/** How a server came to be used by this process. */
export type Seat =
  /** Somebody else's: nothing of it is started or ended here. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'shared' | 'own'; readonly mark: ProcessMark; readonly gone: Promise<string> };

/** What a hold is made from. */
export interface ServerHoldOptions {
  readonly id: string;
  readonly records: ServerRecords;
  readonly table: ProcessTable;
  readonly clock: Clock;
  /** The mark of this process. */
  readonly self: () => Promise<ProcessMark>;
  readonly probe: (signal: AbortSignal) => Promise<HealthReport>;
}

/** How often another process's server is looked for. */
const WATCH_MS = 500;
/** TERM, and KILL so long after it; less than what a host has for its own orderly end. */
const GRACE_MS = 1_200;

/** Whether what answered is the server that was expected, whatever it thinks of us. */
export function isExpected({ state, code }: HealthReport): boolean {
  const isOurKind = code === 'E_MODEL_NOT_FOUND' || code === 'E_PROVIDER_AUTH';
  return state === 'ready' || state === 'loading' || state === 'busy' || (state === 'misconfigured' && isOurKind);
}

/**
 * What this process has to do with one server: it takes it (uses what runs, or starts it) and leaves it. The record of
 * the workspace decides between processes: it names the users, and the last of them ends the server.
 */
export class ServerHold {
  readonly #options: ServerHoldOptions;
  readonly #watches = new AbortController();

  constructor(options: ServerHoldOptions) {
    this.#options = options;
  }

  /**
   * Uses the server that runs, else starts it. ConfigError, MissingDependencyError, and PortInUseError when something
   * else listens at its address.
   */
  take(plan: StartPlan, { isKept, signal }: { isKept: boolean; signal: AbortSignal }): Promise<Seat> {
    const { records, id, table } = this.#options;
    return records.withLock(id, signal, async () => {
      const record = await records.read(id);
      const child = record?.child;
      if (record !== undefined && child !== undefined) {
        const users = await this.#living(record.users);
        const use = await this.#useOf(plan, { child, users, signal });
        if (use === 'share') return this.#share({ ...record, users, isKept: record.isKept || isKept }, child);
        if (use === 'leave') return { kind: 'foreign' };
        await endGroup(table, child, GRACE_MS);
      }
      if (await this.#isTaken(plan, signal)) return { kind: 'foreign' };
      await requireProgram(plan);
      signal.throwIfAborted();
      return this.#start(plan, record, isKept);
    });
  }

  /** This process uses it no more: the last user ends it, unless it is kept. Resolves when that is done. */
  async leave(): Promise<void> {
    this.#watches.abort();
    const { records, id, table } = this.#options;
    await records.withLock(id, AbortSignal.timeout(GRACE_MS), async () => {
      const record = await records.read(id);
      if (record === undefined) return;
      const self = await this.#options.self();
      const users = await this.#living(record.users.filter(({ pid }) => pid !== self.pid));
      const { child } = record;
      if (child === undefined || record.isKept || users.length > 0) {
        // Nothing runs that could be kept: a start that failed does not bind the next one.
        await records.write({ ...record, users, isKept: record.isKept && child !== undefined });
        return;
      }
      await endGroup(table, child, GRACE_MS);
      await records.write(this.#ended({ ...record, users }, 'ended with Wooster', true));
    });
  }

  /** Ends it whoever started it; false where nothing runs that a Wooster started. */
  async end(reason: string, isAsked: boolean): Promise<boolean> {
    const { records, id, table } = this.#options;
    return records.withLock(id, AbortSignal.timeout(30_000), async () => {
      const record = await records.read(id);
      const child = record?.child;
      if (record === undefined || child === undefined) return false;
      const wasRunning = await isRunning(table, child);
      await records.write({ ...record, child: { ...child, isEndAsked: isAsked } });
      await endGroup(table, child, GRACE_MS);
      await records.write(this.#ended(record, reason, isAsked));
      return wasRunning;
    });
  }

  /** Writes that a process has ended; tells whether somebody had asked for it. */
  async settle(pid: number, reason: string): Promise<boolean> {
    const { records, id } = this.#options;
    return records.withLock(id, AbortSignal.timeout(30_000), async () => {
      const record = await records.read(id);
      if (record?.child?.pid !== pid) return record?.lastExit?.pid === pid && record.lastExit.isAsked;
      const { isEndAsked } = record.child;
      await records.write(this.#ended(record, reason, isEndAsked));
      return isEndAsked;
    });
  }

  /** From now on it stays when nobody uses it. */
  async keep(): Promise<void> {
    const { records, id } = this.#options;
    await records.withLock(id, AbortSignal.timeout(30_000), async () => {
      const record = await records.read(id);
      if (record?.child !== undefined) await records.write({ ...record, isKept: true });
    });
  }

  /** Whether this process is the one of all users that looks after its memory. */
  async isResponsible(): Promise<boolean> {
    const record = await this.#options.records.read(this.#options.id);
    const [first] = await this.#living(record?.users ?? []);
    return first?.pid === (await this.#options.self()).pid;
  }

  /** For the moment before the process leaves without having stopped in order: nobody else needs it, so it goes too. */
  killNow(pid: number): void {
    const record = this.#options.records.readNow(this.#options.id);
    if (record?.child?.pid !== pid || record.isKept) return;
    if (record.users.every((user) => user.pid === process.pid || !exists(user.pid))) signalGroup(pid, 'SIGKILL');
  }

  async #living(users: readonly ProcessMark[]): Promise<ProcessMark[]> {
    const flags = await Promise.all(users.map((user) => isRunning(this.#options.table, user)));
    return users.filter((_, index) => flags[index]);
  }

  /** What to do with a recorded process: share it, leave it to those who use it, or end it (also when it is gone). */
  async #useOf(
    plan: StartPlan,
    found: { readonly child: RecordedChild; readonly users: readonly ProcessMark[]; readonly signal: AbortSignal },
  ): Promise<'share' | 'leave' | 'end'> {
    const { child, users, signal } = found;
    if (child.isEndAsked || !(await isRunning(this.#options.table, child))) return 'end';
    const isSame = child.settingsHash === plan.settingsHash;
    const isYoung = this.#options.clock.now() - child.startedAtMs < plan.readyMs;
    if (isSame && (isYoung || users.length > 0)) return 'share';
    const isWell = isExpected(await this.#options.probe(signal));
    if (isSame) return isWell ? 'share' : 'end';
    if (users.length === 0) return 'end';
    if (isWell) return 'leave';
    const message = `${plan.id}: another Wooster (process ${users[0]!.pid}) runs it with other settings (process ${child.pid}); end that Wooster first`;
    throw new PortInUseError(message, { port: plan.port });
  }

  async #share(record: ServerRecord, child: RecordedChild): Promise<Seat> {
    const { records, self } = this.#options;
    const me = await self();
    const users = [...record.users.filter(({ pid }) => pid !== me.pid), me];
    await records.write({ ...record, users });
    const mark = { pid: child.pid, startedAt: child.startedAt };
    return { kind: 'shared', mark, gone: this.#watch(mark) };
  }

  async #start(plan: StartPlan, before: ServerRecord | undefined, isKept: boolean): Promise<Seat> {
    const { records, table, clock, self, id } = this.#options;
    const startedAtMs = clock.now();
    const header = `--- ${new Date(startedAtMs).toISOString()} ${plan.command.join(' ')}`;
    const child: StartedChild = await startChild(plan, table, header);
    const { settingsHash, kind, address } = plan;
    try {
      await records.write({
        id,
        kind,
        address,
        isKept: isKept || before?.isKept === true,
        child: { ...child.mark, settingsHash, startedAtMs, isEndAsked: false },
        users: [await self()],
        lastExit: before?.lastExit,
      });
    } catch (error) {
      // What no record names could not be found after a crash of ours.
      signalGroup(child.mark.pid, 'SIGKILL');
      throw error;
    }
    return { kind: 'own', ...child };
  }

  /** Whether the server that is wanted runs already, started by nobody of ours. PortInUseError for anything else. */
  async #isTaken(plan: StartPlan, signal: AbortSignal): Promise<boolean> {
    const report = await this.#options.probe(signal);
    if (isExpected(report)) return true;
    if (report.code === 'E_UNREACHABLE') return false;
    const who = report.engine === undefined ? 'something else' : [report.engine.name, report.engine.version].join(' ');
    const message = `${plan.id}: ${who.trim()} listens at ${plan.address} (${report.detail}); end it, or give this provider another port`;
    throw new PortInUseError(message, { port: plan.port });
  }

  async #watch(mark: ProcessMark): Promise<string> {
    const { signal } = this.#watches;
    while (!signal.aborted && (await isRunning(this.#options.table, mark))) {
      await delay(WATCH_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
    // Nobody listens any more when this process has left it.
    return signal.aborted ? new Promise<string>(() => undefined) : 'ended';
  }

  #ended(record: ServerRecord, reason: string, isAsked: boolean): ServerRecord {
    const { child, ...rest } = record;
    const lastExit = { atMs: this.#options.clock.now(), pid: child?.pid ?? 0, reason, isAsked };
    return { ...rest, isKept: record.isKept && !isAsked, lastExit };
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
