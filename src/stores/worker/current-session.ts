import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InternalError } from '../../contracts/errors/host-errors.ts';
import { StoreError } from '../../contracts/errors/resource-errors.ts';
import { finishReplacing, isReplacing, repairFolder, sweepRepair } from '../repair/replace-store.ts';
import type { IndexChoice, StoreCalls } from '../link/store-calls.ts';
import { StoreSession } from './store-session.ts';
import { finishRemoval } from './unfinished-removal.ts';
import { WriterPlace } from './writer-place.ts';

/** Puts a repaired store in its place that a process which died had ready, and removes copies that a repair left. */
function finishRepair(location: string): void {
  const isReady = isReplacing(location);
  if (!isReady && !existsSync(repairFolder(location))) return;
  const place = new WriterPlace(join(location, 'writer.db'));
  if (!place.tryTake('putting the repaired store in its place')) {
    // Whoever has the place may be repairing: until that is ready, the old store is the one to open.
    if (!isReady) return;
    const message = `the store at ${location} is being repaired: wait for it to end and run this again`;
    throw new StoreError('E_STORE_LOCKED', message, { location });
  }
  try {
    finishReplacing(location);
    sweepRepair(location);
  } finally {
    place.release();
  }
}

/** The session of the store of a worker; another one, once a repair has put another store.db in the place of the first. */
export class CurrentSession {
  #session: StoreSession | undefined;
  #inode: bigint | undefined;
  #choices: readonly IndexChoice[] = [];
  readonly #former: StoreSession[] = [];

  open(request: StoreCalls['open']['input']): StoreSession {
    finishRepair(request.location);
    const session = new StoreSession(request);
    this.#session = session;
    this.#inode = this.#inodeNow();
    finishRemoval(session);
    return session;
  }

  /** The open session; InternalError before `open`. Whoever holds the writer's place keeps it: nothing is replaced then. */
  get(): StoreSession {
    const session = this.#session;
    if (session === undefined) throw new InternalError('the store is not open');
    if (session.writer.isHeld || !this.#isReplaced()) return session;
    // What is under way in it ends in it.
    this.#former.push(session);
    const next = this.open({ ...session.request, create: false });
    next.useIndexes(this.#choices);
    return next;
  }

  useIndexes(choices: readonly IndexChoice[]): void {
    this.#choices = choices;
    this.get().useIndexes(choices);
  }

  /** Takes the writer's place of the store that is there now; where it fails, the place is free. */
  async lock(task: string, signal: AbortSignal): Promise<void> {
    while (true) {
      const session = this.get();
      await session.writer.take(task, signal);
      let isLocked = false;
      try {
        finishReplacing(session.request.location);
        sweepRepair(session.request.location);
        if (this.#isReplaced()) continue;
        session.sweep();
        isLocked = true;
        return;
      } finally {
        if (!isLocked) session.writer.release();
      }
    }
  }

  async close(signal: AbortSignal): Promise<void> {
    // An index of a store that was replaced is of no use to anybody.
    for (const former of this.#former.splice(0)) await former.close(AbortSignal.abort());
    await this.#session?.close(signal);
    this.#session = undefined;
  }

  #isReplaced(): boolean {
    const inode = this.#inodeNow();
    return inode !== undefined && inode !== this.#inode;
  }

  #inodeNow(): bigint | undefined {
    const path = this.#session?.database.path;
    return path === undefined ? undefined : statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
  }
}
