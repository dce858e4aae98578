/**
 * Child process that holds one faiss index. faiss-node ends the process on ordinary errors, so it has one to itself; it
 * lives as long as the channel to its parent.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { systemCode } from '../../../../kernel/system-code.ts';
import { copyWithout } from './compact-file.ts';
import type { FaissAnswers, FaissFault, FaissReply, FaissRequest, FaissTask } from '../faiss-messages.ts';
import type { FlatHeader } from '../flat-file.ts';
import { GuardedIndex, type FlatIndexClass } from './guarded-index.ts';
import { checkFlatFile, checkIndexFile, completeIndexFile, deleteFile, requireRoom } from './index-file.ts';

/** From here on a copy without them is faster than removing them one by one. */
const COMPACT_FROM = 3_000;

type Handlers = {
  readonly [Type in FaissTask['type']]: (task: Extract<FaissTask, { type: Type }>) => FaissAnswers[Type];
};

function send(reply: FaissReply): void {
  process.send?.(reply, () => undefined);
}

/** A name beside the file that says whose it is, so that what a killed process left can be told and deleted. */
function partOf(path: string, purpose: string): string {
  return `${path}.${process.pid}.${purpose}.part`;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** Deletes the unfinished files of processes that are gone. */
function deleteLeftovers(path: string): void {
  const folder = dirname(path);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith('.part')) continue;
    const pid = Number(name.slice(basename(path).length + 1).split('.')[0]);
    if (pid > 0 && !isRunning(pid)) deleteFile(join(folder, name));
  }
}

function handlersOver(flat: FlatIndexClass): Handlers {
  let index = new GuardedIndex(flat);
  const header = (): FlatHeader => ({
    metric: 'inner-product',
    dimensions: index.dimensions,
    count: index.count,
  });
  return {
    take({ path, isAppended, dimensions }) {
      try {
        checkFlatFile(path, dimensions);
        index.take(path, isAppended);
      } finally {
        deleteFile(path);
      }
      return { count: index.count };
    },
    add({ vectors, dimensions }) {
      index.add(vectors, dimensions);
      return { count: index.count };
    },
    remove({ positions, path }) {
      if (positions.length < COMPACT_FROM) index.remove(positions);
      else compact(index, header(), { positions, path });
      return { count: index.count };
    },
    search: ({ query, k }) => index.search(query, k),
    save({ path, rows, stamp }) {
      deleteLeftovers(path);
      const part = partOf(path, 'save');
      try {
        requireRoom(part, header());
        index.write(part);
        return { bytes: completeIndexFile(part, path, { header: header(), rows, stamp }) };
      } finally {
        deleteFile(part);
      }
    },
    load({ path, spaceId, dimensions }) {
      deleteLeftovers(path);
      index = new GuardedIndex(flat);
      if (!existsSync(path)) return undefined;
      const trailer = checkIndexFile(path, spaceId, dimensions);
      if (trailer !== undefined) index.take(path, false);
      return trailer;
    },
  };
}

function compact(
  index: GuardedIndex,
  header: FlatHeader,
  { positions, path }: { readonly positions: Uint32Array; readonly path: string },
): void {
  const whole = partOf(path, 'whole');
  const rest = partOf(path, 'rest');
  try {
    requireRoom(whole, header);
    index.write(whole);
    copyWithout(whole, rest, header, positions);
    index.take(rest, false);
  } finally {
    deleteFile(whole);
    deleteFile(rest);
  }
}

function toFault(error: unknown): FaissFault {
  const message = error instanceof Error ? error.message : String(error);
  const code = systemCode(error);
  return code === undefined ? { kind: 'refused', message } : { kind: 'system', message, code };
}

function perform(handlers: Handlers, task: FaissTask): FaissAnswers[FaissTask['type']] {
  const handle = handlers[task.type] as (given: FaissTask) => FaissAnswers[FaissTask['type']];
  return handle(task);
}

function loadFaiss(): FlatIndexClass | undefined {
  const require = createRequire(import.meta.url);
  try {
    require.resolve('faiss-node');
  } catch {
    send({ type: 'missing', reason: 'package', message: 'faiss-node is not installed' });
    return undefined;
  }
  try {
    return (require('faiss-node') as { IndexFlatIP: FlatIndexClass }).IndexFlatIP;
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    send({ type: 'missing', reason: 'library', message });
    return undefined;
  }
}

// Ctrl-C in a terminal reaches the whole group: the parent decides, and the index may be in the midst of a save.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
const flat = loadFaiss();
if (flat !== undefined) {
  const handlers = handlersOver(flat);
  process.on('message', ({ id, task }: FaissRequest) => {
    try {
      send({ type: 'done', id, answer: perform(handlers, task) });
    } catch (error) {
      send({ type: 'failed', id, fault: toFault(error) });
    }
  });
  send({ type: 'ready' });
}
