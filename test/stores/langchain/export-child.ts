import { promises } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** What the child of a test exports, and before which step on the disk it kills itself; without one it counts them. */
export interface ExportTask {
  readonly location: string;
  readonly folder: string;
  readonly killAt?: number;
}

const task = JSON.parse(process.argv[2] ?? '{}') as ExportTask;
let steps = 0;

function before(owner: object, name: string): void {
  const method = Reflect.get(owner, name) as (...values: unknown[]) => unknown;
  Reflect.set(owner, name, function (this: unknown, ...values: unknown[]) {
    steps += 1;
    if (steps === task.killAt) process.kill(process.pid, 'SIGKILL');
    return Reflect.apply(method, this, values);
  });
}

const some = await promises.open(import.meta.filename, 'r');
const handle = Object.getPrototypeOf(some) as object;
await some.close();
for (const name of ['write', 'appendFile', 'sync', 'close']) before(handle, name);
for (const name of ['open', 'mkdir', 'rename', 'writeFile']) before(promises, name);
syncBuiltinESMExports();

const { exportLangChain } = await import('../../../src/index.ts');
const { limit, StoreRig } = await import('../support/store-rig.ts');
const rig = new StoreRig({}, task.location);
const store = await rig.open();
const [held] = (await store.stats(limit())).spaces;
steps = 0;
await exportLangChain(store, held!.space.spaceId, task.folder, limit());
process.stdout.write(`${steps}\n`);
await rig.dispose();
