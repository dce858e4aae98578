import { defineAction, describeDuration, style, table, UsageError, type Action, type Workspace } from 'wooster';
import { z } from 'zod';
import type { ServerSupervision } from '../../supervision/server-supervision.ts';
import type { ActionPorts } from '../action-ports.ts';

const serverSchema = z.object({
  id: z.string(),
  kind: z.string(),
  state: z.string(),
  address: z.string().describe('host:port'),
  pid: z.number().optional(),
  uptimeMs: z.number().optional(),
  memoryMiB: z.number().optional().describe('of the whole process tree'),
  users: z.array(z.number()).describe('Wooster processes that use it'),
  isKept: z.boolean().describe('stays when nobody uses it'),
  lastExit: z.object({ agoMs: z.number(), reason: z.string() }).optional(),
  note: z.string().optional(),
});

type Row = z.output<typeof serverSchema>;

/** What the two actions are made of. */
interface ServerActionsOptions {
  readonly ports: Pick<ActionPorts, 'router' | 'clock'>;
  readonly supervision: ServerSupervision;
  readonly workspace: Workspace;
}

function ownerOf({ pid, users, isKept, state }: Row): string {
  if (pid === undefined) return state === 'adopted' ? 'somebody else' : '-';
  const owners = [...users.map((user) => `Wooster ${user}`), ...(isKept ? ['kept'] : [])];
  return owners.length === 0 ? 'nobody' : owners.join(', ');
}

const COLUMNS = [
  { title: 'server', isWhole: true, value: ({ id }: Row) => id },
  { title: 'kind', value: ({ kind }: Row) => kind },
  { title: 'state', isWhole: true, value: ({ state }: Row) => state },
  { title: 'pid', align: 'right', isWhole: true, value: ({ pid }: Row) => pid?.toString() ?? '-' },
  { title: 'up', value: ({ uptimeMs }: Row) => (uptimeMs === undefined ? '-' : describeDuration(uptimeMs)) },
  {
    title: 'memory',
    align: 'right',
    value: ({ memoryMiB }: Row) => (memoryMiB === undefined ? '-' : `${memoryMiB} MiB`),
  },
  { title: 'port', align: 'right', isWhole: true, value: ({ address }: Row) => address.split(':').at(-1) ?? '-' },
  { title: 'owner', value: ownerOf },
] as const;

function notesOf({ id, lastExit, note }: Row): readonly string[] {
  const exit = lastExit && `${id}: last ended ${describeDuration(lastExit.agoMs)} ago: ${lastExit.reason}`;
  const told = note === undefined || note.startsWith(`${id}:`) ? note : `${id}: ${note}`;
  return [told, exit].filter((line) => line !== undefined);
}

/** `servers`: what Wooster starts, and the commands that start and stop it. */
function serversAction({ ports, supervision }: ServerActionsOptions): Action {
  return defineAction({
    id: 'servers',
    summary: 'List, start and stop the model servers that Wooster starts',
    args: z.object({
      what: z.enum(['list', 'start', 'stop', 'restart']).default('list').describe('what to do'),
      server: z.string().optional().describe('id of the provider; needed but for list'),
    }),
    positionals: ['what', 'server'],
    result: z.object({ done: z.string().optional(), servers: z.array(serverSchema) }),
    examples: ['servers', 'servers start ollama', 'servers restart llamacpp', 'servers stop ollama'],
    run: async ({ what, server }, { signal, progress }) => {
      // The providers are made when somebody first asks for them.
      ports.router().status();
      const supervisor = await supervision.supervisor();
      await supervisor.sweep();
      const { listServers } = await import('../../supervision/list-servers.ts');
      const list = async (): Promise<Row[]> => [
        ...(await listServers(supervision, { now: () => ports.clock.now(), signal })),
      ];
      if (what === 'list') {
        const servers = await list();
        return { servers: server === undefined ? servers : servers.filter(({ id }) => id === server) };
      }
      if (server === undefined) throw new UsageError(`servers ${what} needs the id of a server; see "wooster servers"`);
      const { startServer, stopServer } = await import('../../supervision/command-servers.ts');
      const options = { signal, tell: (label: string) => progress.update({ label }) };
      let done = what === 'start' ? undefined : await stopServer(supervision, server, options);
      if (what !== 'stop') done = await startServer(supervision, server, options);
      progress.finish();
      return { done, servers: (await list()).filter(({ id }) => id === server) };
    },
    render: ({ done, servers }, context) => {
      if (servers.length === 0 && done === undefined) {
        return 'Wooster starts no server: set autoStart: true of a provider whose server it shall start.';
      }
      const notes = servers.flatMap(notesOf).map((line) => style(line, 'dim', context.hasColor));
      return [...(done === undefined ? [] : [done]), table(servers, COLUMNS, context), ...notes].join('\n');
    },
  });
}

/** `logs`: what a server that Wooster started has printed. */
function logsAction({ ports, supervision, workspace }: ServerActionsOptions): Action {
  return defineAction({
    id: 'logs',
    summary: 'Show what a server that Wooster started has printed',
    args: z.object({
      server: z.string().describe('id of the provider, see `wooster servers`'),
      lines: z.coerce.number().int().positive().default(50).describe('how many of the last lines'),
      follow: z.boolean().default(false).describe('go on with what is added, until Ctrl-C'),
    }),
    positionals: ['server'],
    result: z.object({ server: z.string(), file: z.string(), lines: z.array(z.string()) }),
    examples: ['logs ollama', 'logs llamacpp --lines 200', 'logs ollama --follow'],
    run: async ({ server, lines: count, follow }, { signal, terminal }) => {
      const { followLog, readLogTail } = await import('../../supervision/log/read-log.ts');
      const { serverLogFile } = await import('../../supervision/start-plan.ts');
      const file = serverLogFile(workspace, server);
      const lines = await readLogTail(file, count);
      ports.router().status();
      const known = supervision.startable().map(({ id }) => id);
      if (lines === undefined && !known.includes(server)) {
        const which = known.length === 0 ? 'no provider has autoStart: true' : `use one of ${known.join(', ')}`;
        throw new UsageError(`there is no log of a server "${server}": ${which}`);
      }
      if (!follow) return { server, file, lines: [...(lines ?? [])] };
      if (terminal.isJson) throw new UsageError('--follow has no end, which --json needs: use one of them');
      await followLog(file, { count, tell: (text) => terminal.write(text), signal });
      return { server, file, lines: [] };
    },
    render: ({ server, lines }) => (lines.length === 0 ? `${server} has printed nothing yet.` : lines.join('\n')),
  });
}

/** The actions about servers that are started. */
export function serverActions(options: ServerActionsOptions): readonly Action[] {
  return [serversAction(options), logsAction(options)];
}
