import { Worker } from 'node:worker_threads';
import { systemCode } from './system-code.ts';

/**
 * Starts a thread with the options of Node that this process has, and `more`. Options of the whole process, such as
 * `--max-old-space-size`, hold in a thread as they are; Node refuses them where they are given to one.
 */
export function startThread(file: URL, name: string, more: readonly string[]): Worker {
  const start = (execArgv: readonly string[]): Worker => new Worker(file, { name, execArgv: [...execArgv, ...more] });
  try {
    return start(process.execArgv);
  } catch (error) {
    if (systemCode(error) !== 'ERR_WORKER_INVALID_EXEC_ARGV') throw error;
    const refused = new Set(String(error).split(/[\s,]+/));
    return start(process.execArgv.filter((word) => !refused.has(word)));
  }
}
