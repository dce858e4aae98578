import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { LOCAL_PRINCIPAL } from '../../../src/index.ts';
import { openState } from '../../../src/kernel/state/open-state.ts';
import { primaryRules, type FaultCell, type Mode } from '../cells.ts';
import { ask, type Heard } from './ask.ts';
import { openMatrixHouse, type MatrixHouse } from './matrix-house.ts';
import type { MatrixRow } from './matrix-row.ts';
import type { MatrixStage } from './matrix-stage.ts';

/** Longest wait for a target to be used again. */
const RETURN_LIMIT_MS = 8_000;

/** A machine that sleeps goes on with the clock of the wall later; that of durations stood still. */
const CLOCK_STEPS_MS: Readonly<Record<string, number>> = { 'clock-back': -3_600_000, suspended: 3_600_000 };

/** What the plays of several calls work with. */
interface Scene {
  readonly stage: MatrixStage;
  readonly cell: FaultCell;
  readonly mode: Mode;
}

/** Plays the cells that are more than one call: a server that comes back, a full disk, a clock that steps back. */
export async function playHouseCell(scene: Scene, diskDirectory: string): Promise<MatrixRow> {
  const { stage, cell, mode } = scene;
  await stage.reset(mode);
  const disk = cell.place === 'state-full' ? openDisk(diskDirectory) : undefined;
  const house = openMatrixHouse({ cell, client: stage.client, urls: stage.urls, state: disk?.state });
  if (disk !== undefined) disk.warn = (message) => house.warnings.push(message);
  try {
    await house.router.refresh(new AbortController().signal);
    await stage.primary.script(primaryRules(cell, mode, stage.client.wire));
    await Promise.all([stage.primary.forget(), stage.fallback.forget()]);
    return disk === undefined ? await playReturn(scene, house) : await playFullDisk(scene, house, disk);
  } finally {
    await house.router.dispose();
    await disk?.close();
  }
}

/** Well, dead for three calls, back; the clock of the wall may step while it is dead. */
async function playReturn({ stage, cell, mode }: Scene, house: MatrixHouse): Promise<MatrixRow> {
  const calls = [await ask(house.router, mode, undefined)];
  await stage.primary.refuse();
  for (let turn = 0; turn < 3; turn += 1) {
    calls.push(await ask(house.router, mode, undefined));
    if (turn === 0) house.stepClock(CLOCK_STEPS_MS[cell.place ?? 'returns'] ?? 0);
  }
  await stage.primary.listen();
  const backMs = await untilBack(house);
  calls.push(await ask(house.router, mode, undefined));
  const note = `used again ${backMs === undefined ? 'never' : `${Math.round(backMs)} ms after it came back`}`;
  return stage.judge(cell, mode, { house, heard: lastOf(calls), elapsedMs: slowest(calls), note });
}

/** A preview decides as a call would, and sends nothing to a model. */
async function untilBack({ router }: MatrixHouse): Promise<number | undefined> {
  const startedAt = performance.now();
  const signal = new AbortController().signal;
  const request = { task: 'chat', needs: {}, privacy: 'any', principal: LOCAL_PRINCIPAL, isPreview: true } as const;
  while (performance.now() - startedAt < RETURN_LIMIT_MS) {
    const [first] = (await router.decide(request, signal)).chain;
    if (first?.ref.startsWith('primary:') === true) return performance.now() - startedAt;
    await wait(10);
  }
  return undefined;
}

type Disk = ReturnType<typeof openDisk>;

function openDisk(room: string) {
  const directory = mkdtempSync(join(room, 'state-'));
  const disk = {
    directory,
    warn: (_message: string): void => {},
    state: openState({
      directory,
      clock: { monotonic: () => performance.now() },
      log: { warn: (message) => disk.warn(message) },
    }),
    close: async (): Promise<void> => {
      await disk.state.dispose();
      rmSync(directory, { recursive: true });
    },
  };
  return disk;
}

/** One call that is stored, then no byte is left, then two more. */
async function playFullDisk({ stage, cell, mode }: Scene, house: MatrixHouse, disk: Disk): Promise<MatrixRow> {
  const calls = [await ask(house.router, mode, undefined)];
  fill(disk.directory);
  for (let turn = 0; turn < 2; turn += 1) calls.push(await ask(house.router, mode, undefined));
  const problem = disk.state.problem() ?? 'no problem is told';
  const note = `${house.warnings.length} warning: ${problem.replace(disk.directory, '').replace(/^\//, '')}`;
  return stage.judge(cell, mode, { house, heard: lastOf(calls), elapsedMs: slowest(calls), note });
}

function fill(directory: string): void {
  const file = openSync(join(directory, 'ballast'), 'a');
  const block = Buffer.alloc(4_096);
  try {
    while (writeSync(file, block) > 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}

function lastOf(calls: readonly Heard[]): Heard {
  return calls.at(-1)!;
}

function slowest(calls: readonly Heard[]): number {
  return Math.max(...calls.map(({ elapsedMs }) => elapsedMs));
}
