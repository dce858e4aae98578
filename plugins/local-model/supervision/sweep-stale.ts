import { endGroup } from './process/end-group.ts';
import { isRunning, type ProcessTable } from './process/process-table.ts';
import type { ServerRecords } from './record/server-records.ts';

/** What a sweep needs. */
interface SweepOptions {
  readonly records: ServerRecords;
  readonly table: ProcessTable;
  readonly now: () => number;
  /** Servers of this process that are being taken, which decides about them. */
  readonly isHeld: (id: string) => boolean;
}

const GRACE_MS = 1_200;

/** Ends what killed Wooster processes have left behind: recorded, used by nobody that lives, and not meant to stay. */
export async function sweepStale(options: SweepOptions): Promise<readonly string[]> {
  const { records } = options;
  const known = (await records.list()).filter(({ child }) => child !== undefined);
  const swept = await Promise.all(known.map(({ id }) => sweepOne(id, options)));
  return known.flatMap(({ id }, index) => (swept[index] === true ? [id] : []));
}

async function sweepOne(id: string, { records, table, now, isHeld }: SweepOptions): Promise<boolean> {
  return records.withLock(id, AbortSignal.timeout(10_000), async () => {
    const record = await records.read(id);
    if (record?.child === undefined || isHeld(id)) return false;
    const { child, ...rest } = record;
    const running = await isRunning(table, child);
    const users = await Promise.all(record.users.map((user) => isRunning(table, user)));
    if (running && (record.isKept || users.includes(true))) return false;
    await endGroup(table, child, GRACE_MS);
    const reason = running ? 'outlived the Wooster that used it, and was ended' : 'ended while no Wooster watched it';
    const lastExit = { atMs: now(), pid: child.pid, reason, isAsked: running };
    await records.write({ ...rest, users: record.users.filter((_, index) => users[index]), isKept: false, lastExit });
    return running;
  });
}
