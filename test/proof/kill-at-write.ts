import { writeFileSync } from 'node:fs';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { isMainThread } from 'node:worker_threads';

/**
 * Loaded before a program by `--import`: in the worker of its store it counts the statements that write or end a
 * transaction. It marks the first one by a file (`PROOF_MARK`), kills the whole process before the n-th (`PROOF_KILL_AT`),
 * and tells their number by a file (`PROOF_COUNT`).
 */
const killAt = Number(process.env['PROOF_KILL_AT'] ?? Infinity);
const mark = process.env['PROOF_MARK'];
const countFile = process.env['PROOF_COUNT'];
let statements = 0;

function count(): void {
  statements += 1;
  if (statements === 1 && mark !== undefined) writeFileSync(mark, '');
  if (statements === killAt) process.kill(process.pid, 'SIGKILL');
}

function saveCount(): void {
  if (countFile !== undefined) writeFileSync(countFile, String(statements));
}

/** Does something before a method of a class. */
function before(owner: object, name: string, work: () => void): void {
  const method = Reflect.get(owner, name) as (...values: unknown[]) => unknown;
  Reflect.set(owner, name, function (this: unknown, ...values: unknown[]) {
    work();
    return Reflect.apply(method, this, values);
  });
}

// The main thread has databases of its own, which are not the store.
if (!isMainThread) {
  before(StatementSync.prototype, 'run', count);
  before(DatabaseSync.prototype, 'exec', count);
  before(DatabaseSync.prototype, 'close', saveCount);
}
