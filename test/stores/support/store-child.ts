import { setTimeout as wait } from 'node:timers/promises';
import { play } from './meanwhile.ts';
import type { Role } from './meanwhile.ts';
import { runJob } from './store-job.ts';
import type { StoreJob } from './store-job.ts';
import { limit, StoreRig } from './store-rig.ts';

/**
 * What the child of a test does with the store at a location: repairing it, playing a role beside another process, a job,
 * or holding the writer's place for a while.
 */
export interface ChildTask {
  readonly location: string;
  readonly isRepair?: boolean;
  readonly role?: Role;
  readonly job?: StoreJob;
  readonly holdMs?: number;
}

const task = JSON.parse(process.argv[2] ?? '{}') as ChildTask;
const rig = new StoreRig({ workerFile: new URL('./killing-worker.ts', import.meta.url) }, task.location);
if (task.isRepair === true) await rig.repair();
if (task.role !== undefined) await play(task.role, rig);
const store = await rig.open();
process.stdout.write('open\n');
if (task.job !== undefined) await runJob(store, task.job);
if (task.holdMs !== undefined) {
  const place = await store.beginWriting('ingesting ./folder', limit());
  process.stdout.write('held\n');
  await wait(task.holdMs);
  await place.dispose();
}
await rig.dispose();
process.stdout.write('done\n');
