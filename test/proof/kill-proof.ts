import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { startCli, type CliRun } from '../cli/support/cli-process.ts';
import type { CliWorkspace } from '../cli/support/cli-workspace.ts';

const PRELOAD = pathToFileURL(join(import.meta.dirname, 'kill-at-write.ts')).href;
const FAULTS_PROGRAM = join(import.meta.dirname, 'kills', 'store-faults.ts');
const LIMIT_MS = 180_000;
const POLL_MS = 2;

/** When a command is killed: before the n-th statement of its store that writes, so long after the first, or when it has said something. */
export type KillMoment = { readonly statement: number } | { readonly afterMs: number } | { readonly said: string };

/** What an uninterrupted run takes. */
export interface Measure {
  readonly statements: number;
  /** From its first statement to its end. */
  readonly ms: number;
}

/** How a killed run ended. */
export interface KilledRun {
  readonly run: CliRun;
  /** False when it was done before the moment came. */
  readonly isKilled: boolean;
}

/** Files that the counting process and its test tell each other by. */
class Signals {
  readonly folder = mkdtempSync(join(tmpdir(), 'wooster-kill-'));
  readonly mark = join(this.folder, 'mark');
  readonly count = join(this.folder, 'count');

  get environment(): Record<string, string> {
    return {
      NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import=${PRELOAD}`,
      PROOF_MARK: this.mark,
      PROOF_COUNT: this.count,
    };
  }

  /** Resolves at the first statement; false when the process ended before. */
  async begun(ended: Promise<unknown>): Promise<boolean> {
    let isOver = false;
    void ended.then(() => (isOver = true));
    while (!existsSync(this.mark)) {
      if (isOver) return false;
      await wait(POLL_MS);
    }
    return true;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Runs a command to its end and counts. */
export async function measureCommand(workspace: CliWorkspace, words: readonly string[]): Promise<Measure> {
  using signals = new Signals();
  const child = startCli(workspace, words, { environment: signals.environment, limitMs: LIMIT_MS });
  await signals.begun(child.ended);
  const begun = performance.now();
  const run = await child.ended;
  if (run.exitCode !== 0) throw new Error(`${words.join(' ')} ended with ${run.exitCode}: ${run.stderr}`);
  return { statements: Number(readFileSync(signals.count, 'utf8')), ms: performance.now() - begun };
}

/** Runs a command that is killed at a moment, as kill -9 does. */
export async function runKilled(
  workspace: CliWorkspace,
  words: readonly string[],
  moment: KillMoment,
): Promise<KilledRun> {
  using signals = new Signals();
  const environment = {
    ...signals.environment,
    ...('statement' in moment && { PROOF_KILL_AT: String(moment.statement) }),
  };
  const child = startCli(workspace, words, { environment, limitMs: LIMIT_MS });
  const kill = (): void => {
    try {
      process.kill(child.pid, 'SIGKILL');
    } catch {
      // It was done before.
    }
  };
  if ('afterMs' in moment && (await signals.begun(child.ended))) {
    await wait(moment.afterMs);
    kill();
  }
  if ('said' in moment) {
    await child.until(new RegExp(moment.said));
    kill();
  }
  const run = await child.ended;
  return { run, isKilled: run.exitCode === -1 };
}

/** Opens a copy of the store, as it was left, and tells what is wrong with it; the store itself is not touched. */
export async function faultsOf(found: string, purpose: 'projects' | 'userProfile'): Promise<readonly string[]> {
  // A process that was killed before it made the file has left nothing to be wrong.
  if (!existsSync(join(found, 'store.db'))) return [];
  const location = mkdtempSync(join(tmpdir(), 'wooster-left-'));
  cpSync(found, location, { recursive: true });
  try {
    const words = ['--disable-warning=ExperimentalWarning', FAULTS_PROGRAM, location, purpose];
    const { stdout } = await promisify(execFile)(process.execPath, words, { timeout: LIMIT_MS });
    return JSON.parse(stdout) as string[];
  } finally {
    rmSync(location, { recursive: true, force: true });
  }
}

/** Files below a folder that hold the bytes, by their name. */
export function filesWith(folder: string, bytes: Buffer): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(folder, name)).isFile() && readFileSync(join(folder, name)).includes(bytes));
}
