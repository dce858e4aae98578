import { parentPort } from 'node:worker_threads';
import { CancelledError, InternalError } from '../../contracts/errors/host-errors.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';
import { listSources, readSource } from '../database/source-reader.ts';
import { toStoreError } from '../database/store-fault.ts';
import type { CallMessage, CallName, ReplyMessage, StoreCalls } from '../link/store-calls.ts';
import { toStoreFault } from '../link/store-fault-message.ts';
import { missing, search, searchable, splittings, stats } from './read-calls.ts';
import { StoreSession } from './store-session.ts';
import { passages } from './vector-calls.ts';
import { finishRemoval } from './unfinished-removal.ts';
import { verify } from './verify-call.ts';
import { commit, fill, promote, remove, stage } from './write-calls.ts';

type Answer<Name extends CallName> = (
  input: StoreCalls[Name]['input'],
  signal: AbortSignal,
) => StoreCalls[Name]['output'] | Promise<StoreCalls[Name]['output']>;

let opened: StoreSession | undefined;
let location = 'a store';

function session(): StoreSession {
  if (opened === undefined) throw new InternalError('the store is not open');
  return opened;
}

const ANSWERS: { readonly [Name in CallName]: Answer<Name> } = {
  open: (input) => {
    location = `${input.location}/store.db`;
    opened = new StoreSession(input);
    finishRemoval(opened);
    return null;
  },
  useIndexes: (input) => {
    session().useIndexes(input);
    return null;
  },
  lock: async ({ task }, signal) => {
    await session().writer.take(task, signal);
    session().sweep();
    return null;
  },
  unlock: () => {
    session().writer.release();
    return null;
  },
  stage: (input) => stage(session(), input),
  commit: (input) => commit(session(), input),
  remove: (input, signal) => remove(session(), input, signal),
  searchable: () => searchable(session()),
  search: (input, signal) => search(session(), input, signal),
  passages: (input) => passages(session(), input),
  sources: () => listSources(session().database),
  read: ({ path }) => readSource(session().database, path) ?? null,
  splittings: () => splittings(session()),
  missing: (input) => missing(session(), input),
  fill: (input) => fill(session(), input),
  promote: (input) => promote(session(), input),
  stats: () => stats(session()),
  verify: (_input, signal) => verify(session(), signal),
  close: async (_input, signal) => {
    await opened?.close(signal);
    opened = undefined;
    return null;
  },
};

const running = new Map<number, AbortController>();

function toFault(error: unknown, signal: AbortSignal): WoosterError {
  return signal.aborted ? new CancelledError('cancelled', { cause: error }) : toStoreError(error, location);
}

async function answer({ id, name, input }: Extract<CallMessage, { readonly id: number }>): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  let reply: ReplyMessage;
  try {
    const work = ANSWERS[name] as Answer<CallName>;
    reply = { id, output: await work(input, controller.signal) };
  } catch (error) {
    reply = { id, fault: toStoreFault(toFault(error, controller.signal)) };
  }
  running.delete(id);
  parentPort?.postMessage(reply, []);
}

parentPort?.on('message', (message: CallMessage) => {
  if ('abort' in message) running.get(message.abort)?.abort();
  else void answer(message);
});
