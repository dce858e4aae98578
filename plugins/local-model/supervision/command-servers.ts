import { setTimeout as delay } from 'node:timers/promises';
import { CancelledError, ProviderUnreachableError, UsageError } from 'wooster';
import { isExpected } from './record/server-hold.ts';
import type { ServerSupervision, StartableServer } from './server-supervision.ts';
import type { SupervisedServer } from './supervised-server.ts';

/** How a command waits. */
interface CommandOptions {
  readonly signal: AbortSignal;
  /** What is being waited for, a few words. */
  readonly tell: (label: string) => void;
}

const POLL_MS = 100;

function requireStartable(supervision: ServerSupervision, id: string): StartableServer {
  const known = supervision.startable();
  const found = known.find((server) => server.id === id);
  if (found !== undefined) return found;
  const ids = known.map((server) => server.id).join(', ');
  const which = ids === '' ? 'no provider has autoStart: true' : `use one of ${ids}`;
  throw new UsageError(`there is no server "${id}" that Wooster may start: ${which}`);
}

/** Starts a server so that it stays, and waits until it is ready; throws why it is not. A line about what was done. */
export async function startServer(
  supervision: ServerSupervision,
  id: string,
  options: CommandOptions,
): Promise<string> {
  const startable = requireStartable(supervision, id);
  const server = (await supervision.supervisor()).serverOf(startable);
  server.ask();
  await untilSettled(server, options);
  const state = server.state();
  if (state.kind === 'failed') throw state.fault;
  if (state.kind === 'restarting') {
    const message = `${id} did not start: it ${state.reason}; see "wooster logs ${id}"`;
    throw new ProviderUnreachableError(message, { provider: id });
  }
  if (state.kind === 'adopted' && !state.isOurs)
    return `${id} runs already, started by somebody else; it is used as it is`;
  await server.hold.keep();
  return `${id} is ready, and stays until "wooster servers stop ${id}"`;
}

async function untilSettled(server: SupervisedServer, { signal, tell }: CommandOptions): Promise<void> {
  for (;;) {
    const { kind } = server.state();
    if (kind !== 'starting' && kind !== 'stopping') return;
    tell(`${server.id}: ${server.describe()}`);
    await delay(POLL_MS, undefined, { signal }).catch((cause: unknown) => {
      throw new CancelledError(`the start of ${server.id} was cancelled`, { cause });
    });
  }
}

/** Ends a server that a Wooster started, and refuses any other. A line about what was done. */
export async function stopServer(
  supervision: ServerSupervision,
  id: string,
  { signal }: CommandOptions,
): Promise<string> {
  const supervisor = await supervision.supervisor();
  const isRecorded = (await supervisor.records.read(id)) !== undefined;
  const startable = isRecorded
    ? supervision.startable().find((server) => server.id === id)
    : requireStartable(supervision, id);
  const hold = startable === undefined ? supervisor.holdOf(id) : supervisor.serverOf(startable).hold;
  if (await hold.end('was stopped by a command', true)) return `${id} is stopped; a call that needs it starts it again`;
  if (startable !== undefined && isExpected(await startable.provider.probe(signal))) {
    const where = startable.provider.address ?? id;
    throw new UsageError(`${id} at ${where} was not started by Wooster: end it where it was started`);
  }
  return `${id} does not run`;
}
