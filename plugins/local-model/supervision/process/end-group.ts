import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessMark, ProcessTable } from './process-table.ts';

/** A program and all it started: the group has the id of the program, which leads it. */
type ProcessGroup = ProcessMark;

const POLL_MS = 25;
/** A killed process is gone as soon as the system has taken its memory back. */
const KILLED_LIMIT_MS = 5_000;

/** Sends a signal to a whole group; a group that is gone is no fault. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  // 0 and 1 would be our own group, and everything.
  if (!Number.isSafeInteger(leader) || leader <= 1 || leader === process.pid) return;
  try {
    process.kill(-leader, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

/** The boot that a start counts from, on Linux. */
function bootOf(startedAt: string): string | undefined {
  return /^(?<boot>[0-9a-f-]{36}):/.exec(startedAt)?.groups?.boot;
}

/**
 * What of the group still runs. Members may outlive their leader; the system gives its id to nobody while they live, so
 * that a process which has the id and another start tells that the group is not ours any more.
 */
async function membersOf(table: ProcessTable, { pid, startedAt }: ProcessGroup): Promise<number> {
  const rows = await table.all();
  const leader = rows.find((row) => row.pid === pid);
  if (leader !== undefined && leader.startedAt !== startedAt) return 0;
  // Without its leader a group is known to be ours only where starts name the boot: after one, ids begin anew.
  const boot = bootOf(startedAt);
  const isSure = leader !== undefined || boot !== undefined;
  return rows.filter((row) => isSure && row.group === pid && bootOf(row.startedAt) === boot).length;
}

/** Ends a group: TERM, and KILL after `graceMs`. Resolves when nothing of it is left; what was ours once is never signalled. */
export async function endGroup(table: ProcessTable, group: ProcessGroup, graceMs: number): Promise<void> {
  const start = performance.now();
  let hasKilled = false;
  for (let isFirst = true; (await membersOf(table, group)) > 0; isFirst = false) {
    const passedMs = performance.now() - start;
    if (isFirst) signalGroup(group.pid, 'SIGTERM');
    if (!hasKilled && passedMs >= graceMs) {
      hasKilled = true;
      signalGroup(group.pid, 'SIGKILL');
    }
    if (passedMs > graceMs + KILLED_LIMIT_MS) return;
    await delay(POLL_MS);
  }
}
