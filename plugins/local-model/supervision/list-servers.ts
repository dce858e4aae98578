import { isRunning, treeMemoryKiB } from './process/process-table.ts';
import { isExpected } from './record/server-hold.ts';
import type { ServerRecord } from './record/server-record.ts';
import type { ServerSupervision, StartableServer } from './server-supervision.ts';

/** What is told of one server. */
interface ServerRow {
  readonly id: string;
  readonly kind: string;
  /** `ready`, `starting`, `adopted` (somebody else's), `stopped`, or what this process knows better. */
  readonly state: string;
  readonly address: string;
  readonly pid?: number;
  readonly uptimeMs?: number;
  /** Of the whole process tree. */
  readonly memoryMiB?: number;
  /** The Wooster processes that use it. */
  readonly users: number[];
  /** It stays when nobody uses it. */
  readonly isKept: boolean;
  readonly lastExit?: { readonly agoMs: number; readonly reason: string };
  /** Why it is not started, and what else a person should know. */
  readonly note?: string;
}

/** What of a record holds at this moment. */
type Recorded = Pick<ServerRow, 'pid' | 'uptimeMs' | 'memoryMiB' | 'users' | 'isKept' | 'lastExit'>;

/** Every server that may be started, and those that run although no provider has them any more. */
export async function listServers(
  supervision: ServerSupervision,
  { now, signal }: { readonly now: () => number; readonly signal: AbortSignal },
): Promise<readonly ServerRow[]> {
  const { records, table } = await supervision.supervisor();
  const [known, rows] = await Promise.all([records.list(), table.all()]);
  const recorded = async (record: ServerRecord | undefined): Promise<Recorded> => {
    const child = record?.child !== undefined && (await isRunning(table, record.child)) ? record.child : undefined;
    const users = (record?.users ?? []).filter((user) =>
      rows.some(({ pid, startedAt }) => pid === user.pid && startedAt === user.startedAt),
    );
    const exit = record?.lastExit;
    return {
      users: users.map(({ pid }) => pid),
      isKept: child !== undefined && record?.isKept === true,
      ...(child !== undefined && {
        pid: child.pid,
        uptimeMs: Math.max(0, now() - child.startedAtMs),
        memoryMiB: Math.round(treeMemoryKiB(rows, child.pid) / 1024),
      }),
      ...(exit !== undefined && { lastExit: { agoMs: Math.max(0, now() - exit.atMs), reason: exit.reason } }),
    };
  };
  const startable = supervision.startable();
  const own = startable.map(async (server) => {
    const facts = await recorded(known.find(({ id }) => id === server.id));
    return { ...(await stateOf(supervision, server, { pid: facts.pid, signal })), ...facts };
  });
  const others = known
    .filter(({ id }) => startable.every((server) => server.id !== id))
    .map(async (record) => ({ record, facts: await recorded(record) }));
  const left = (await Promise.all(others)).filter(({ facts }) => facts.pid !== undefined);
  const all = [...(await Promise.all(own)), ...left.map(({ record, facts }) => orphanRow(record, facts))];
  return all.sort((one, other) => one.id.localeCompare(other.id));
}

function orphanRow({ id, kind, address }: ServerRecord, facts: Recorded): ServerRow {
  return { id, kind, address, state: 'running', note: 'no provider of the settings has it any more', ...facts };
}

async function stateOf(
  supervision: ServerSupervision,
  server: StartableServer,
  { pid, signal }: { readonly pid: number | undefined; readonly signal: AbortSignal },
): Promise<Pick<ServerRow, 'id' | 'kind' | 'state' | 'address' | 'note'>> {
  const { id, entry, provider } = server;
  const life = (await supervision.supervisor()).serverOf(server);
  const base = { id, kind: entry.kind, address: provider.address ?? '' };
  const state = life.state();
  if (state.kind === 'failed') return { ...base, state: 'failed', note: state.fault.message };
  if (state.kind === 'restarting' || state.kind === 'stopping')
    return { ...base, state: state.kind, note: life.describe() };
  const report = await provider.probe(signal);
  if (isExpected(report)) {
    const told = report.state === 'loading' ? 'starting' : pid === undefined ? 'adopted' : 'ready';
    return { ...base, state: told, note: pid === undefined ? 'not started by Wooster' : undefined };
  }
  if (pid !== undefined) return { ...base, state: 'starting', note: report.detail };
  const fault = report.code === 'E_UNREACHABLE' ? await life.preview() : undefined;
  const note = report.code === 'E_UNREACHABLE' ? fault?.message : report.detail;
  return { ...base, state: note === undefined ? 'stopped' : 'failed', note };
}
