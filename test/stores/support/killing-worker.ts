import { writeFileSync } from 'node:fs';
import { DatabaseSync, StatementSync } from 'node:sqlite';

/**
 * The worker of a store, in a process that kills itself before the n-th statement that writes or ends a transaction
 * (`STORE_KILL_AT`); without one it counts them into a file (`STORE_COUNT_FILE`) when a database is closed.
 */
const killAt = Number(process.env['STORE_KILL_AT'] ?? Infinity);
const countFile = process.env['STORE_COUNT_FILE'];
let statements = 0;

function count(): void {
  statements += 1;
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

before(StatementSync.prototype, 'run', count);
before(DatabaseSync.prototype, 'exec', count);
before(DatabaseSync.prototype, 'close', saveCount);

await import('../../../src/stores/worker/store-worker.ts');
