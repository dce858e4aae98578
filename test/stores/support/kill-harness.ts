import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ChildTask } from './store-child.ts';
import type { StoreJob } from './store-job.ts';

const CHILD_FILE = new URL('./store-child.ts', import.meta.url);

const CHILD_LIMIT_MS = 60_000;

/** When a child is killed: some time after it opened its store, or before the n-th statement that writes. */
export type Moment = { readonly afterMs: number } | { readonly statement: number };

/** A child that works on a store, in a process of its own. */
export interface StoreChild {
  readonly pid: number;
  /** Resolves when the child has written the line. */
  said(line: string): Promise<void>;
  /** Resolves at its end: how it ended, and how long after opening its store. */
  readonly ended: Promise<{
    readonly signal: NodeJS.Signals | null;
    readonly code: number | null;
    readonly ms: number;
  }>;
  kill(): void;
}

/** Starts a child on a store; it is killed after a minute whatever happens. */
export function startStoreChild(task: ChildTask, environment: Readonly<Record<string, string>> = {}): StoreChild {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', CHILD_FILE.pathname, JSON.stringify(task)],
    {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const limit = setTimeout(() => child.kill('SIGKILL'), CHILD_LIMIT_MS);
  let output = '';
  let openedAt = performance.now();
  const listeners = new Set<() => void>();
  child.stdout.on('data', (data: Buffer) => {
    if (output === '') openedAt = performance.now();
    output += data.toString();
    for (const listener of listeners) listener();
  });
  const { promise: ended, resolve } = Promise.withResolvers<Awaited<StoreChild['ended']>>();
  child.on('close', (code, signal) => {
    clearTimeout(limit);
    resolve({ code, signal, ms: performance.now() - openedAt });
    for (const listener of listeners) listener();
  });
  const said = (line: string): Promise<void> =>
    new Promise((heard, failed) => {
      const listener = (): void => {
        const isOver = child.exitCode !== null || child.signalCode !== null;
        if (!output.includes(`${line}\n`) && !isOver) return;
        listeners.delete(listener);
        if (output.includes(`${line}\n`)) heard();
        else failed(new Error(`the child ended before it said ${line}`));
      };
      listeners.add(listener);
      listener();
    });
  return { pid: child.pid ?? 0, said, ended, kill: () => child.kill('SIGKILL') };
}

/** Runs a job in a child that is killed at a moment; true when the kill came before the job was done. */
export async function runUntilKilled(location: string, job: StoreJob, moment: Moment): Promise<boolean> {
  const environment = 'statement' in moment ? { STORE_KILL_AT: String(moment.statement) } : undefined;
  const child = startStoreChild({ location, job }, environment);
  if ('afterMs' in moment) {
    await child.said('open');
    const timer = setTimeout(() => child.kill(), moment.afterMs);
    const { signal } = await child.ended;
    clearTimeout(timer);
    return signal === 'SIGKILL';
  }
  return (await child.ended).signal === 'SIGKILL';
}

/** Statements and milliseconds of a job that nobody interrupts, and the rows it leaves. */
export async function measureJob(
  job: StoreJob,
): Promise<{ readonly statements: number; readonly ms: number; readonly rows: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'wooster-job-'));
  try {
    const countFile = join(folder, 'count');
    const location = join(folder, 'store');
    const child = startStoreChild({ location, job }, { STORE_COUNT_FILE: countFile });
    const { code, ms } = await child.ended;
    if (code !== 0) throw new Error(`the uninterrupted job ended with ${code}`);
    return { statements: Number(readFileSync(countFile, 'utf8')), ms, rows: rowsOf(location) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const QUERIES: readonly string[] = [
  'SELECT path, sha256, bytes, media_type, modified_at, fingerprint FROM sources ORDER BY path',
  `SELECT chunk_id, path, ordinal, hash, headings, start, stop, line, page FROM chunks
   JOIN sources ON sources.id = chunks.source JOIN texts ON texts.id = chunks.text ORDER BY chunk_id`,
  'SELECT hash, text FROM texts ORDER BY hash',
  `SELECT space_id, hash, hex(vector) FROM vectors JOIN texts ON texts.id = vectors.text
   JOIN spaces ON spaces.id = vectors.space ORDER BY space_id, hash`,
  `SELECT space_id, record, role FROM spaces ORDER BY space_id`,
];

/** A digest of all that a store holds, whatever the numbers of its rows. */
export function rowsOf(location: string): string {
  const database = new DatabaseSync(join(location, 'store.db'), { readOnly: true });
  try {
    const digest = createHash('sha256');
    for (const query of QUERIES) digest.update(JSON.stringify(database.prepare(query).all()));
    return digest.digest('hex');
  } finally {
    database.close();
  }
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
