import { readdirSync, readFileSync } from 'node:fs';
import { quantile } from '../quantiles.ts';

function parentOf(pid: string): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[1];
  } catch {
    // A process that has just ended has no memory either.
    return undefined;
  }
}

function residentMiB(pid: string): number {
  try {
    const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(match?.[1] ?? 0) / 1024;
  } catch {
    // As above.
    return 0;
  }
}

/** Resident memory of this process and of all below it, MiB; of this one alone where there is no /proc. */
export function memoryMiB(): number {
  if (process.platform !== 'linux') return process.memoryUsage().rss / 2 ** 20;
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map(pids.map((pid) => [pid, parentOf(pid)]));
  const own = new Set([String(process.pid)]);
  for (let size = 0; size !== own.size;) {
    size = own.size;
    for (const [pid, parent] of parents) if (parent !== undefined && own.has(parent)) own.add(pid);
  }
  return [...own].reduce((sum, pid) => sum + residentMiB(pid), 0);
}

/** What one process measured of one contestant. */
export interface Measured {
  /** Until the first answer. */
  readonly openMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Resident memory of all its processes after the searches, over what the process had before it opened anything. */
  readonly memoryMiB: number;
}

/** Opens, asks once, warms up, then times `count` searches one after another. */
export async function measureSearches(
  count: number,
  open: () => Promise<(query: number) => Promise<number>>,
  k: number,
): Promise<Measured> {
  const idle = memoryMiB();
  const begun = performance.now();
  const search = await open();
  const ask = async (query: number): Promise<void> => {
    const hits = await search(query);
    if (hits !== k) throw new Error(`query ${query} found ${hits} of ${k}`);
  };
  await ask(0);
  const openMs = performance.now() - begun;
  for (let query = 1; query < Math.min(10, count); query += 1) await ask(query);
  const times: number[] = [];
  for (let query = 0; query < count; query += 1) {
    const from = performance.now();
    await ask(query);
    times.push(performance.now() - from);
  }
  const memory = memoryMiB() - idle;
  return { openMs, p50Ms: quantile(times, 0.5), p95Ms: quantile(times, 0.95), memoryMiB: memory };
}
