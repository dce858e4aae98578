import { limit, StoreRig } from '../../stores/support/store-rig.ts';
import { slowFactory } from './slow-double.ts';

/** What the child does: plan first, where that is asked for, and migrate the store at a location to the model `new`. */
export interface MigrationTask {
  readonly location: string;
  readonly msPerToken: number;
  readonly isPlanned: boolean;
}

/** What the child tells at its end. */
export interface MigrationOutcome {
  readonly planned?: number;
  readonly seconds: number;
  readonly embedded: number;
  readonly isSound: boolean;
  readonly foundFirst: number;
  readonly sampled: number;
  readonly overlapAt10?: number;
}

const LIMIT_MS = 600_000;

const task = JSON.parse(process.argv[2] ?? '{}') as MigrationTask;
const workerFile = new URL('../../stores/support/killing-worker.ts', import.meta.url);
const rig = new StoreRig({ workerFile }, task.location);
const { migrations } = await rig.open(slowFactory(task.msPerToken));
const target = { model: 'new' };
const planned = task.isPlanned ? (await migrations!.plan(target, limit(LIMIT_MS))).seconds : undefined;
const begun = performance.now();
const { embedded, verification } = await migrations!.run(target, { signal: limit(LIMIT_MS) });
const seconds = (performance.now() - begun) / 1_000;
await rig.dispose();
const { isSound, foundFirst, sampled, overlapAt10 } = verification;
const outcome: MigrationOutcome = { planned, seconds, embedded, isSound, foundFirst, sampled, overlapAt10 };
process.stdout.write(`${JSON.stringify(outcome)}\n`);
