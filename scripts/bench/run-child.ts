import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One job and the program that does it. */
interface ChildJob {
  /** Path of a module that reads the job from its first argument and prints the result as the last line. */
  readonly entry: string;
  readonly job: object;
  readonly limitMs: number;
}

/**
 * Runs one job in a process of its own, so that no contestant has another's memory, caches or compiled code. Rejects
 * when it fails or passes the limit.
 */
export async function runChild(child: ChildJob): Promise<unknown> {
  const words = ['--disable-warning=ExperimentalWarning', child.entry, JSON.stringify(child.job)];
  const running = spawn(process.execPath, words, {
    // As the program does: what Node compiled once is not compiled again.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'wooster-bench-compile-cache') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const limit = setTimeout(() => running.kill('SIGKILL'), child.limitMs);
  let output = '';
  running.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const [code, signal] = (await once(running, 'close')) as [number | null, string | null];
  clearTimeout(limit);
  if (code !== 0) throw new Error(`${JSON.stringify(child.job)} ended with ${signal ?? code}`);
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as unknown;
}
