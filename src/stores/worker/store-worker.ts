import { parentPort } from 'node:worker_threads';
import { CancelledError } from '../../contracts/errors/host-errors.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';
import { listSources, readSource } from '../database/source-reader.ts';
import { toStoreError } from '../database/store-fault.ts';
import type { CallMessage, CallName, ReplyMessage, StoreCalls } from '../link/store-calls.ts';
import { toStoreFault } from '../link/store-fault-message.ts';
import { backupAnswers } from './backup-answers.ts';
import { CurrentSession } from './current-session.ts';
import { migrationAnswers } from './migration/migration-answers.ts';
import { missing, search, searchable, splittings, stats } from './read-calls.ts';
import { repairAnswers } from './repair-answers.ts';
import { reconcileAnswers } from './reconcile/reconcile-answers.ts';
import { spaceAnswers } from './space-answers.ts';
import { passages } from './vector-calls.ts';
import { commit, fill, remove, stage } from './write-calls.ts';

type Answer<Name extends CallName> = (
  input: StoreCalls[Name]['input'],
  signal: AbortSignal,
) => StoreCalls[Name]['output'] | Promise<StoreCalls[Name]['output']>;

const current = new CurrentSession();
const session = (): ReturnType<CurrentSession['get']> => current.get();
let location = 'a store';

const ANSWERS: { readonly [Name in CallName]: Answer<Name> } = {
  open: (input) => {
    location = `${input.location}/store.db`;
    current.open(input);
    return null;
  },
  useIndexes: (input) => {
    current.useIndexes(input);
    return null;
  },
  lock: async ({ task }, signal) => {
    await current.lock(task, signal);
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
  ...spaceAnswers(session),
  ...migrationAnswers(session),
  ...reconcileAnswers(session),
  ...backupAnswers(session),
  ...repairAnswers(session),
  stats: () => stats(session()),
  close: async (_input, signal) => {
    await current.close(signal);
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
