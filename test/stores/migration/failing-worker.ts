import { DatabaseSync, StatementSync } from 'node:sqlite';
import { getEnvironmentData } from 'node:worker_threads';

/**
 * The worker of a store in which the n-th statement that writes or ends a transaction fails. The test tells n by shared
 * memory: the first number counts down to the failure, the second counts statements.
 */
const shared = getEnvironmentData('store-failure') as Int32Array;

function count(): void {
  Atomics.add(shared, 1, 1);
  if (Atomics.sub(shared, 0, 1) === 1) throw new Error('the machine stopped here');
}

/** Does something before a method of a class. */
function before(owner: object, name: string, work: () => void): void {
  const method = Reflect.get(owner, name) as (...values: unknown[]) => unknown;
  Reflect.set(owner, name, function (this: unknown, ...values: unknown[]) {
    // What is undone after the failure is no step of its own.
    if (values[0] !== 'ROLLBACK') work();
    return Reflect.apply(method, this, values);
  });
}

before(StatementSync.prototype, 'run', count);
before(DatabaseSync.prototype, 'exec', count);

await import('../../../src/stores/worker/store-worker.ts');
