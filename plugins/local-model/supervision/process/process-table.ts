import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** One process of the machine. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly residentKiB: number;
  /** When it started, in words that another process with the same id does not share. */
  readonly startedAt: string;
}

/** A process by its id and its start, so that one that got the id later is never taken for it. */
export type ProcessMark = Pick<ProcessRow, 'pid' | 'startedAt'>;

/** What is known of the processes of this machine; those that have ended and only wait to be collected are left out. */
export interface ProcessTable {
  /** The process of this id; undefined when there is none. */
  find(pid: number): Promise<ProcessRow | undefined>;
  all(): Promise<readonly ProcessRow[]>;
}

/**
 * A line of `/proc/<pid>/stat` after the name in brackets, which may hold anything: state, parent and group are fields 3
 * to 5, the start in ticks since the boot is field 22 (proc_pid_stat(5)).
 */
function readStat(
  text: string,
): Omit<ProcessRow, 'pid' | 'residentKiB' | 'startedAt'> & { state: string; ticks: string } {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? 'Z', parent: Number(fields[1]), group: Number(fields[2]), ticks: fields[19] ?? '' };
}

/** The table of Linux, read from `/proc`. */
export class ProcTable implements ProcessTable {
  #boot: Promise<string> | undefined;

  async find(pid: number): Promise<ProcessRow | undefined> {
    try {
      const [stat, status] = await Promise.all([
        readFile(`/proc/${pid}/stat`, 'utf8'),
        readFile(`/proc/${pid}/status`, 'utf8'),
      ]);
      const { state, parent, group, ticks } = readStat(stat);
      if (state === 'Z' || state === 'X') return undefined;
      const residentKiB = Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1] ?? 0);
      return { pid, parent, group, residentKiB, startedAt: `${await this.#bootId()}:${ticks}` };
    } catch {
      // It ended, before or while it was read.
      return undefined;
    }
  }

  async all(): Promise<readonly ProcessRow[]> {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
    return (await Promise.all(pids.map((pid) => this.find(pid)))).filter((row) => row !== undefined);
  }

  /** Ticks count from the boot, so that they mean something together with it only. */
  #bootId(): Promise<string> {
    return (this.#boot ??= readFile('/proc/sys/kernel/random/boot_id', 'utf8').then((text) => text.trim()));
  }
}

/** The table of any other Unix, as `ps` prints it. */
export class PsTable implements ProcessTable {
  async find(pid: number): Promise<ProcessRow | undefined> {
    return (await this.#read(['-p', String(pid)]))[0];
  }

  all(): Promise<readonly ProcessRow[]> {
    return this.#read(['-A']);
  }

  async #read(which: readonly string[]): Promise<readonly ProcessRow[]> {
    const columns = ['-o', 'pid=', '-o', 'ppid=', '-o', 'pgid=', '-o', 'rss=', '-o', 'stat=', '-o', 'lstart='];
    const run = promisify(execFile)('ps', [...which, ...columns], { timeout: 5_000, maxBuffer: 16 * 1024 * 1024 });
    // No such process is exit code 1 and an empty list.
    const { stdout } = await run.catch(() => ({ stdout: '' }));
    return stdout.split('\n').flatMap((line) => {
      const [pid, parent, group, rss, state, ...start] = line.trim().split(/\s+/);
      if (start.length === 0 || state === undefined || state.startsWith('Z')) return [];
      const [id, above, leader, residentKiB] = [pid, parent, group, rss].map(Number) as [
        number,
        number,
        number,
        number,
      ];
      return [{ pid: id, parent: above, group: leader, residentKiB, startedAt: start.join(' ') }];
    });
  }
}

/** The table of this system. */
export function createProcessTable(platform: NodeJS.Platform = process.platform): ProcessTable {
  return platform === 'linux' ? new ProcTable() : new PsTable();
}

/** Whether the very process that was marked still runs. */
export async function isRunning(table: ProcessTable, mark: ProcessMark): Promise<boolean> {
  return (await table.find(mark.pid))?.startedAt === mark.startedAt;
}

/** Memory of a process and of all it started, KiB; pages that several share count for each. */
export function treeMemoryKiB(rows: readonly ProcessRow[], pid: number): number {
  const children = Map.groupBy(rows, ({ parent }) => parent);
  let sum = rows.find((row) => row.pid === pid)?.residentKiB ?? 0;
  const waiting = [pid];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const child of children.get(next) ?? []) {
      sum += child.residentKiB;
      waiting.push(child.pid);
    }
  }
  return sum;
}
